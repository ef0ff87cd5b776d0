"""Messages streamed into folders: many in one APPEND, several under way, and nothing read as a command.

A server that answers BAD to the line before a literal reads the literal as commands, when it was
sent without asking (LITERAL+, RFC 7888). So a line goes unasked only when the server has taken
the same flags in this session before and the date is one that we know it reads; every other line
is the first of its command and waits for the server's `+`. After any BAD we hang up.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from migrate_mail.errors import NetError
from migrate_mail.net.imap_text import FolderNames
from migrate_mail.net.imap_wire import Answer, ImapWire

MOST_MESSAGES = 1000
MOST_BYTES = 16 * 1024 * 1024
"""A command ends after so much: it is all or nothing (RFC 3502), and what is refused is sent again."""
_SMALL = 4096
"""LITERAL- allows this much unasked (RFC 7888 section 5)."""
_UNDER_WAY = 200
"""Commands that may wait for their answer before we do."""
_APPENDUID = re.compile(rb"\[APPENDUID (\d+) ([\d:,]+)\]", re.IGNORECASE)
_USUAL_DATE = re.compile(
    rb"\"(?:(?:0[1-9]|1\d|2[0-8])-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb"|(?:29|30)-(?:Jan|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb"|31-(?:Jan|Mar|May|Jul|Aug|Oct|Dec))-(?:19[789]\d|20[0-2]\d|203[0-7])"
    rb" (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-](?:0\d|1[0-3])[0-5]\d\""
)
"""A moment of this age as every server reads it; the last of February is not worth the words."""
T = TypeVar("T")


class Appended(NamedTuple, Generic[T]):
    """How one APPEND ended, for all the messages in it.

    uids: at new, in the order of the messages; None when the server gave no receipt (no UIDPLUS).
    refused: what it said with NO or BAD; then none of them is there.
    """

    messages: Sequence[T]
    uidvalidity: int = 0
    uids: Sequence[int] | None = None
    refused: str = ""


class Appender(Generic[T]):
    """Streams messages into folders over a session's wire, which is its own meanwhile.

    careful: one message a command, and nothing unasked. T: what stands for a message in the
    results.
    """

    def __init__(
        self, wire: ImapWire, able: frozenset[str], names: FolderNames, *, careful: bool = False
    ) -> None:
        self._wire = wire
        self._names = names
        self._many = "MULTIAPPEND" in able and not careful
        self._unasked = 0 if careful else _largest_unasked(able)
        self._liked: set[bytes] = set()
        self._folder = ""
        self._tag: bytes | None = None
        self._messages: list[T] = []
        self._bytes = self._left = 0
        self._blind = False
        self._sent: deque[tuple[bytes, list[T], bool]] = deque()
        self._done: deque[Appended[T]] = deque()
        self.behind: Appender[T] | None = None
        """Another, over a connection of its own, that must have its answers before a message of ours is whole."""

    def begin(self, folder: str, line: tuple[bytes, bytes], size: int, message: T) -> bool:
        """Start a message with (flags, date); False when the server does not want it.

        After True, `write` its bytes. After False, its refusal is among the results.
        """
        known = line[0] in self._liked and usual_date(line[1])
        asked = size > self._unasked or not known
        if self._tag is not None and (self._full(folder, size) or not known):
            self.end()
        literal = b"{%d%s}" % (size, b"" if asked else b"+")
        if self._tag is None:
            self._folder, self._blind = folder, False
            self._tag = self._wire.ask("APPEND", self._names.write(folder), *line, literal)
        else:
            self._wire.put(b" %b %b %b\r\n" % (*line, literal))
        self._left = size
        self._messages.append(message)
        self._bytes += size
        self._blind |= not asked
        if asked:
            self._wire.stream.begin("APPEND")
            if not self._wire.go_ahead():
                self._close()
                return False
        self._liked.add(line[0])
        return True

    def write(self, data: bytes | memoryview) -> None:
        """Send a piece of the message that was begun."""
        self._left -= len(data)
        if not self._left and self.behind is not None:
            self.behind.settle()
        self._wire.put(data)

    def end(self) -> None:
        """End the command that is under way: what it holds is stored now, or refused."""
        if self._tag is not None:
            self._wire.stream.begin("APPEND")
            self._wire.put(b"\r\n")
            self._wire.flush()
            self._close()
            while len(self._sent) > _UNDER_WAY:
                self._read()

    def compress(self) -> None:
        """Send compressed from here on; waits for the answers to what is under way."""
        self.end()
        self.settle()
        self._wire.compress()

    def settle(self) -> None:
        """Wait for the answers to what was ended; `results` gives them."""
        while self._sent:
            self._read()

    @property
    def open(self) -> bool:
        """True while a command has messages and is not ended."""
        return self._tag is not None

    @property
    def left(self) -> bool:
        """True when the server said something though nothing was asked: nearly always good-bye."""
        try:
            return self._wire.idle and self._wire.stream.waiting()
        except NetError:
            return True

    def results(self, *, all_of_them: bool = False) -> Sequence[Appended[T]]:
        """Return how commands ended; `all_of_them` ends the present one and waits for the rest."""
        if all_of_them:
            self.end()
        else:
            self._wire.stream.begin("APPEND")  # old may have been slow since we last sent
            self._wire.drain()
            self._still_open()
        while self._sent and (all_of_them or self._wire.ended(self._sent[0][0])):
            self._read()
        done, self._done = list(self._done), deque()
        return done

    def _still_open(self) -> None:
        """Hang up on a server that answered before the end: it may read the rest as commands."""
        if self._tag is not None and self._wire.ended(self._tag):
            answer = self._wire.answer(self._tag)
            text = f"the server ended APPEND before its end: {answer.kind} {answer.words}"
            raise self._wire.stream.fail("garbage", text)

    def _full(self, folder: str, size: int) -> bool:
        return (
            not self._many
            or folder != self._folder
            or len(self._messages) >= MOST_MESSAGES
            or self._bytes + size > MOST_BYTES
        )

    def _close(self) -> None:
        assert self._tag is not None
        self._sent.append((self._tag, self._messages, self._blind))
        self._tag, self._messages, self._bytes = None, [], 0

    def _read(self) -> None:
        tag, messages, blind = self._sent.popleft()
        # A thousand messages are to be stored before this answer comes.
        self._wire.stream.begin("APPEND", times=4)
        answer = self._wire.answer(tag)
        if answer.kind == "BAD" and blind:
            raise self._wire.stream.fail("garbage", f"the server did not understand APPEND: {answer.words}")  # fmt: skip
        self._done.append(_result(answer, messages))


def usual_date(quoted: bytes) -> bool:
    """Tell whether a quoted INTERNALDATE is one that no server stumbles over."""
    return _USUAL_DATE.fullmatch(quoted) is not None


def _result(answer: Answer, messages: list[T]) -> Appended[T]:
    if answer.kind != "OK":
        return Appended(messages, refused=answer.words)
    found = _APPENDUID.search(answer.text)
    if found is None:
        return Appended(messages)
    uids = _uids(found[2], len(messages))
    return Appended(messages, int(found[1]), uids)


def _uids(text: bytes, count: int) -> list[int] | None:
    """Read a set of UIDs that must have so many; None when it has not: then looking must help."""
    found: list[int] = []
    for part in text.split(b","):
        first, _, last = part.partition(b":")
        if not first or int(last or first) - int(first) >= count:
            return None
        found += range(int(first), int(last or first) + 1)
    return found if len(found) == count and len(set(found)) == count else None


def _largest_unasked(able: frozenset[str]) -> int:
    """Return how large a literal may be without asking (RFC 7888)."""
    if "LITERAL+" in able:
        return 1 << 62
    return _SMALL if "LITERAL-" in able else -1
