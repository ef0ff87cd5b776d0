"""Messages streamed out of folders: asked for ahead, read as they come, never a whole batch in memory."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate_mail.errors import NetError
from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_text import FolderNames
from migrate_mail.net.imap_types import FolderStatus
from migrate_mail.net.imap_wire import Answer, ImapWire, Untagged

_ITEMS = "(UID FLAGS INTERNALDATE BODY.PEEK[])"
_USUAL = re.compile(
    rb"\* \d+ FETCH \(UID (\d+) FLAGS \(([^()\r\n]*)\) INTERNALDATE \"([^\"\r\n]*)\""
    rb" BODY\[\] \{(\d+)\}\r\n"
)
"""How nearly every server writes it; other forms go through the parser, a message at a time."""
_END = re.compile(rb"\)\r\n")
_CHUNK = 256 * 1024
_AHEAD = 8
"""Commands that are on their way: enough for the next folders to come without a pause, and few
enough that they fit into the buffers while the server sends."""


class Wanted(NamedTuple):
    """What to read of a folder: sets of UIDs (`1:*`), each a command of its own."""

    folder: str
    sets: Sequence[str]


class Opened(NamedTuple):
    """A folder was opened; what comes now is from it."""

    folder: str
    status: FolderStatus


class Incoming(NamedTuple):
    """A message whose body comes next: read `size` bytes of it by `BodyStream.chunk`."""

    uid: int
    flags: bytes
    date: bytes
    size: int


class Closed(NamedTuple):
    """All that was wanted of a folder has come. refused: what the server said instead, if so."""

    folder: str
    refused: str = ""


class _Step(NamedTuple):
    """One command: opens a folder (no uids), or fetches some of it. last: the folder's last."""

    folder: str
    uids: str = ""
    last: bool = False


class BodyStream:
    """Reads bodies of one folder after the other over a session's wire, which is its own meanwhile."""

    def __init__(self, wire: ImapWire, names: FolderNames, wanted: Sequence[Wanted]) -> None:
        self._wire = wire
        self._stream = wire.stream
        self._names = names
        self._to_ask = deque(step for w in wanted for step in _steps(w))
        self._asked: deque[tuple[_Step, bytes]] = deque()
        self._reading = False
        self._left = 0
        self._held = b""
        self._compress = False

    def compress(self) -> None:
        """Have what is not asked for yet sent compressed, as soon as the rest has come."""
        self._compress = True

    def items(self) -> Iterator[Opened | Incoming | Closed]:
        """Give what comes, in order. A body that is not read to its end is passed over."""
        refused = ""
        while self._to_ask or self._asked:
            self._ask_ahead()
            step, tag = self._asked.popleft()
            self._reading = True
            if not step.uids:
                answer = self._finish(tag)
                refused = "" if answer.kind == "OK" else answer.words
                if not refused:
                    yield Opened(step.folder, parse.opened(answer.data))
            else:
                for message in self._messages(tag):
                    if not refused:  # a folder that was not opened gives nothing of its own
                        yield message
                    self._pass_over()
                answer = self._wire.answer(tag)
                refused = refused or ("" if answer.kind == "OK" else answer.words)
            self._reading = False
            if step.last:
                yield Closed(step.folder, refused)

    def chunk(self) -> bytes | memoryview:
        """Return the next piece of the body; empty at its end."""
        if self._held:
            held, self._held = self._held, b""
            return held
        if not self._left:
            return b""
        if not self._stream.held:
            self._stream.begin("UID FETCH")
        data = self._stream.some(min(self._left, _CHUNK))
        self._left -= len(data)
        if not self._left:
            self._end()
        return data

    @property
    def over(self) -> bool:
        """True when all that was wanted has come."""
        return not (self._to_ask or self._asked or self._reading)

    @property
    def held(self) -> bool:
        """True when some of what comes next is here already."""
        return bool(self._held) or self._stream.held > 0

    def waiting(self, seconds: float) -> bool:
        """Tell whether more can be read within so many seconds."""
        return bool(self._held) or self._stream.waiting(seconds)

    def _ask_ahead(self) -> None:
        if self._compress and not self._asked:
            self._compress = False
            self._wire.compress()
        if self._compress:
            return
        while self._to_ask and len(self._asked) < _AHEAD:
            step = self._to_ask.popleft()
            if step.uids:
                tag = self._wire.ask("UID", "FETCH", step.uids, _ITEMS)
            else:
                tag = self._wire.ask("EXAMINE", self._names.write(step.folder))
            self._asked.append((step, tag))
        self._stream.begin("UID FETCH")
        self._wire.flush()

    def _finish(self, tag: bytes) -> Answer:
        self._stream.begin("EXAMINE")
        return self._wire.answer(tag)

    def _messages(self, tag: bytes) -> Iterator[Incoming]:
        while not self._wire.ended(tag):
            message = self._next()
            if message is not None:
                yield message

    def _pass_over(self) -> None:
        while self._left or self._held:
            self.chunk()

    def _next(self) -> Incoming | None:
        found = self._stream.match(_USUAL)
        return self._unusual() if found is None else self._coming(found)

    def _coming(self, found: re.Match[bytes]) -> Incoming:
        uid, flags, date, size = found.groups()
        if self._wire.trace is not None:
            self._wire.trace("<", b"* FETCH (UID %b BODY[] {%b})" % (uid, size))
        self._left = int(size)
        if not self._left:
            self._end()
        return Incoming(int(uid), flags, date, int(size))

    def _unusual(self) -> Incoming | None:
        """Read a response that was not there as a whole, or is no usual one."""
        self._stream.begin("UID FETCH")
        line = self._stream.line(1 << 20)
        found = _USUAL.fullmatch(line)
        if found is not None:
            return self._coming(found)
        untagged = self._wire.response(line)
        return self._parsed(untagged) if untagged and untagged.name == "FETCH" else None

    def _parsed(self, untagged: Untagged) -> Incoming | None:
        """Return a message that the parser read as a whole; None for news of another kind."""
        for row in parse.rows(untagged.pieces):
            body = parse.section(row, b"BODY[]")
            if body is None or b"INTERNALDATE" not in row:
                continue
            flags = " ".join(parse.text(f) for f in row.get(b"FLAGS") or ())
            self._held = body
            date = parse.text(row[b"INTERNALDATE"]).encode("utf-8", "replace")
            return Incoming(row[b"UID"], flags.encode("utf-8", "replace"), date, len(body))
        return None

    def _end(self) -> None:
        if self._stream.match(_END) is None:
            # What was held may have taken new any time to store.
            self._stream.begin("UID FETCH")
            if b"{" in self._stream.line(1 << 20):
                raise _garbage(self._wire)


def _steps(wanted: Wanted) -> Iterator[_Step]:
    yield _Step(wanted.folder, last=not wanted.sets)
    for number, uids in enumerate(wanted.sets, 1):
        yield _Step(wanted.folder, uids, last=number == len(wanted.sets))


def _garbage(wire: ImapWire) -> NetError:
    return wire.stream.fail("garbage", "a literal came behind a message's body")
