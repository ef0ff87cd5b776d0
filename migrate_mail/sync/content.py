"""What makes two messages the same: their bytes, whatever the line ends. PURE."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_SUBJECT = re.compile(rb"^subject:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


def content_hash(body: bytes) -> str:
    """Return SHA-256 hex of a message with CRLF line ends (servers store and send other ones)."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return hashlib.sha256(lines.replace(b"\n", b"\r\n")).hexdigest()


def second(moment: datetime) -> datetime:
    """Return a moment in UTC without fractions: INTERNALDATE knows seconds, servers pick the zone."""
    return moment.astimezone(UTC).replace(microsecond=0)


def subject_of(body: bytes) -> str:
    """Return the decoded subject for lists that people read; empty when there is none."""
    end = _HEADER_END.search(body)
    found = _SUBJECT.search(body[: end.start() if end else len(body)])
    if found is None:
        return ""
    text = " ".join(found[1].decode("utf-8", "replace").split())
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text
