"""What makes two messages the same: their bytes, whatever the line ends. PURE."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_SUBJECT = re.compile(rb"^subject:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"^from:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_READ = {b"from", b"to", b"cc", b"date", b"subject"}
"""Message-ID is not among them: some servers give a message another one, or its first."""
_FOREIGN = re.compile(rb"[\x80-\xff]")
_LONGEST_HEAD = 1 << 20


class ContentHash:
    """SHA-256 of a message with CRLF line ends (servers store and send other ones), piece by piece.

    It makes a second hash on the way, `gist`, that stays the same when a server rewrites what
    people do not read: it adds, drops, folds or reorders header fields, or replaces bytes beyond
    ASCII in them. Its parts are who, when, what about, and the body.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._gist = hashlib.sha256()
        self._head: bytes | None = b""
        self._blank = b""
        self._held = b""

    def update(self, data: bytes) -> None:
        """Take in the next piece."""
        data = self._held + data
        # What follows a last CR decides whether it is a line end of its own.
        self._held = data[-1:] if data.endswith(b"\r") else b""
        self._add(data[: len(data) - len(self._held)])

    def hexdigest(self) -> str:
        """Return the hash of all pieces."""
        self._add(self._held)
        self._held = b""
        return self._hash.hexdigest()

    def gist(self) -> str:
        """Return the hash of what people read, of all pieces; ask for `hexdigest` first."""
        if self._head is not None:
            self._gist.update(gist_of(self._head))
            self._head = None
        return self._gist.hexdigest()

    def _add(self, data: bytes) -> None:
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._hash.update(lines.replace(b"\n", b"\r\n"))
        self._add_gist(lines)

    def _add_gist(self, lines: bytes) -> None:
        """Take in the header as a whole, the body as it comes; line ends at its end do not count."""
        if self._head is not None:
            self._head += lines
            head, end, lines = self._head.partition(b"\n\n")
            if not end and len(self._head) < _LONGEST_HEAD:
                return
            self._gist.update(gist_of(head))
            self._head = None
        body = self._blank + lines
        kept = body.rstrip(b"\n")
        self._blank = body[len(kept) :]
        self._gist.update(kept)


def gist_of(head: bytes) -> bytes:
    """Return the fields of a header that people read, sorted, in one spelling."""
    unfolded = re.sub(rb"\n[ \t]+", b" ", head)
    found = []
    for line in unfolded.split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() in _READ:
            words = b" ".join(_FOREIGN.sub(b"X", value).split())
            found.append(name.strip().lower() + b":" + words)
    return b"\n".join(sorted(found)) + b"\n\n"


def content_hash(body: bytes) -> str:
    """Return the hex hash of a whole message."""
    whole = ContentHash()
    whole.update(body)
    return whole.hexdigest()


def second(moment: datetime) -> datetime:
    """Return a moment in UTC without fractions: INTERNALDATE knows seconds, servers pick the zone."""
    return moment.astimezone(UTC).replace(microsecond=0)


def subject_of(body: bytes) -> str:
    """Return the decoded subject for lists that people read; empty when there is none."""
    return _header(body, _SUBJECT)


def sender_of(body: bytes) -> str:
    """Return the decoded From header for lists that people read; empty when there is none."""
    return _header(body, _FROM)


def _header(body: bytes, pattern: re.Pattern[bytes]) -> str:
    end = _HEADER_END.search(body)
    found = pattern.search(body[: end.start() if end else len(body)])
    if found is None:
        return ""
    text = " ".join(found[1].decode("utf-8", "replace").split())
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text
