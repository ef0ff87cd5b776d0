"""The IMAP conversation: tagged commands, many in flight when wanted, over a connection with a clock."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from migrate_mail.errors import NetError
from migrate_mail.net.imap_advice import Heard
from migrate_mail.net.imap_tokens import Piece
from migrate_mail.net.stream import Stream

if TYPE_CHECKING:
    from migrate_mail.net.transcript import Line

_LONGEST_LINE = 32 * 1024 * 1024
"""A SEARCH answer is one line: this is enough for 3 million messages."""
_UNTAGGED = re.compile(rb"\* (?:(\d+) )?([A-Za-z][A-Za-z0-9.-]*) ?(.*)", re.DOTALL)
_TAGGED = re.compile(rb"(M\d+) (OK|NO|BAD)(?: (.*))?", re.IGNORECASE | re.DOTALL)
_LITERAL = re.compile(rb"\{(\d+)\}$")
_CAPABILITY = re.compile(rb"\[CAPABILITY ([^\]]*)\]", re.IGNORECASE)
_NOTICE = re.compile(
    rb"\[THROTTLED|is throttled|Backoff Time|bandwidth limit|simultaneous conn", re.IGNORECASE
)
"""Words that mean the account, whatever command they come with; see `imap_advice`."""
_LOOKING = frozenset(
    (
        "CAPABILITY", "STARTTLS", "AUTHENTICATE", "LOGIN", "ID", "COMPRESS", "NAMESPACE", "LIST",
        "LSUB", "STATUS", "GETQUOTAROOT", "EXAMINE", "UID FETCH", "UID SEARCH", "NOOP", "LOGOUT",
    )
)  # fmt: skip
"""All that may be sent to a server that we only look at."""
_PIECE = 128 * 1024
_ONLY = "we only look at this server"


class Answer(NamedTuple):
    """How a command ended, and the untagged data that came with it, by upper-case name."""

    kind: str
    text: bytes
    data: dict[str, list[Piece]]

    @property
    def words(self) -> str:
        """What the server said with its OK, NO or BAD; just that when it said nothing."""
        said = self.text.decode("utf-8", "replace")
        return f"BAD {said}".strip() if self.kind == "BAD" else said or self.kind

    def of(self, name: str) -> list[Piece]:
        """Return the untagged data of one name."""
        return self.data.get(name, [])


class Untagged(NamedTuple):
    """One untagged response: its upper-case name, and the rest (a number before the name comes first)."""

    name: str
    pieces: list[Piece]


class ImapWire:
    """One connection. `ask` puts a command on the wire, `answer` waits for its end.

    Servers work through commands in order (RFC 9051 section 5.5), so what comes before the end
    of the oldest command belongs to it. look_only: refuses every command that could change
    something at the server. trace: gets what is said, line by line, without mail and logins.
    """

    def __init__(self, stream: Stream, *, look_only: bool, trace: Line | None = None) -> None:
        self.stream = stream
        self.trace = trace
        self.capable: frozenset[str] | None = None
        self.heard = Heard()
        self._look_only = look_only
        self._out: list[bytes | memoryview] = []
        self._size = 0
        self._next = 0
        self._first = False
        self._under_way: deque[bytes] = deque()
        self._verb = ""
        self._login = b""
        self._data: dict[str, list[Piece]] = {}
        self._ended: dict[bytes, Answer] = {}
        self.greeting = self._greeting()

    def ask(self, *words: str | bytes) -> bytes:
        """Put a command on the wire (it goes out with the next flush); return its tag."""
        raw = [w.encode("ascii") if isinstance(w, str) else w for w in words]
        verb = b" ".join(raw[: 2 if raw[0] == b"UID" else 1]).decode("ascii")
        self._permit(verb)
        self._verb = verb
        tag = b"M%d" % self._next
        self._next += 1
        if verb in {"AUTHENTICATE", "LOGIN"}:
            self._login = tag
        self.heard.commands += 1
        line = b" ".join([tag, *raw]) + b"\r\n"
        self._out.append(line)
        if self.trace is not None:
            self.trace(">", line)
        self._first |= not self._under_way
        self._under_way.append(tag)
        return tag

    def write(self, data: bytes) -> None:
        """Send what a command goes on with: a literal, the rest of its line."""
        self.put(data)
        self.flush()

    def put(self, data: bytes | memoryview) -> None:
        """Add to what goes out: a literal, the rest of a line. It is sent in large pieces.

        Each piece has the time of a phase, which is called by the command that was asked last.
        """
        if self._look_only and self._login not in self._under_way:
            raise NetError("denied", str(self.stream.endpoint), self._verb, _ONLY)
        self._out.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self.stream.begin(self._verb)
            self.flush()

    def flush(self) -> None:
        """Send what was asked or put and not sent yet."""
        if self._out:
            out, self._out, self._size = b"".join(self._out), [], 0
            try:
                self.stream.send(out)
            except NetError as error:
                raise self._last_words(error) from error
            if self._first:  # nothing else is to come: the next bytes answer this
                self.stream.asked()
                self._first = False

    def _last_words(self, error: NetError) -> NetError:
        """Return why the server hung up while we were sending, as far as it said so before."""
        try:
            self.drain()
        except NetError as last:
            return last if "* BYE" in last.text else error
        return error

    def answer(self, tag: bytes) -> Answer:
        """Wait for the end of a command; NetError `closed` when the server says BYE instead."""
        for untagged in self.lines(tag):
            self._data.setdefault(untagged.name, []).extend(untagged.pieces)
        return self._ended.pop(tag)

    def do(self, *words: str | bytes) -> Answer:
        """Send a command and wait for its end."""
        return self.answer(self.ask(*words))

    def compress(self) -> None:
        """Go on compressed, if the server likes to (RFC 4978); nothing may be under way."""
        self.stream.begin("COMPRESS")
        if self.do("COMPRESS", "DEFLATE").kind == "OK":
            self.stream.deflate()

    def lines(self, tag: bytes) -> Iterator[Untagged]:
        """Give the untagged responses up to the end of a command; `answer` then tells how it ended.

        Nothing is kept of them, so that an answer may be longer than memory. Those that belong
        to a command before it are kept for that command.
        """
        self.flush()
        self.stream.urge()
        while tag not in self._ended:
            line = self.response()
            if line is None:
                continue
            if self._under_way[0] == tag:
                yield line
            else:
                self._data.setdefault(line.name, []).extend(line.pieces)

    def ended(self, tag: bytes) -> bool:
        """Tell whether the end of a command has been read."""
        return tag in self._ended

    @property
    def idle(self) -> bool:
        """True when everything that was asked is answered, and nothing waits to be sent."""
        return not self._under_way and not self._out

    def drain(self) -> None:
        """Read what has come already, without waiting for more."""
        while self._under_way and self.stream.waiting():
            line = self.response()
            if line is not None:
                self._data.setdefault(line.name, []).extend(line.pieces)

    def go_ahead(self) -> bool:
        """Wait for the server's `+`; False when it ends the command instead."""
        tag = self._under_way[-1]
        self.flush()
        self.stream.urge()
        while tag not in self._ended:
            line = self.response(wanted_go=True)
            if line is not None and line.name == "+":
                return True
            if line is not None:
                self._data.setdefault(line.name, []).extend(line.pieces)
        return False

    def response(self, line: bytes = b"", *, wanted_go: bool = False) -> Untagged | None:
        """Read one response; None for the end of a command, which is kept for `answer`.

        line: its first line, when that has been read already.
        """
        line = line.rstrip(b"\r\n") or self._line()
        if line[:1] == b"+" and wanted_go:
            return Untagged("+", [line[1:].strip()])
        untagged = _UNTAGGED.fullmatch(line)
        if untagged is not None:
            return self._untagged(untagged)
        tagged = _TAGGED.fullmatch(line)
        if tagged is None or not self._under_way or tagged[1] != self._under_way[0]:
            raise self.stream.fail("garbage", f"the answer is not IMAP: {line[:80]!r}")
        self._end(tagged)
        return None

    def forget_capabilities(self) -> None:
        """Take back what the server said it can: TLS and login change it (RFC 9051 section 6.1.1)."""
        self.capable = None

    def _untagged(self, found: re.Match[bytes]) -> Untagged:
        name = found[2].decode("ascii").upper()
        rest = found[3] if found[1] is None else b" ".join(p for p in (found[1], found[3]) if p)
        pieces = self._pieces(rest)
        if name == "CAPABILITY":
            self._can(rest)
        elif name in {"OK", "NO", "BAD"}:
            self._told(rest)
        elif name == "BYE" and not self._logging_out():
            raise self._bye(rest.decode("utf-8", "replace"))
        return Untagged(name, pieces)

    def _bye(self, words: str) -> NetError:
        before = f" (before: {self.heard.notice})" if self.heard.notice else ""
        text = f"the server closed the connection: * BYE {words}{before}"
        return self.stream.fail("closed", text)

    def _logging_out(self) -> bool:
        return self.stream.phase == "LOGOUT"

    def _pieces(self, line: bytes) -> list[Piece]:
        """Return a response with its literals read."""
        pieces: list[Piece] = []
        while (literal := _LITERAL.search(line)) is not None:
            pieces.append((line, self.stream.exactly(int(literal[1]))))
            line = self._line()
        return [*pieces, line]

    def _end(self, found: re.Match[bytes]) -> None:
        tag = self._under_way.popleft()
        text = found[3] or b""
        self._told(text)
        answer = Answer(found[2].decode("ascii").upper(), text, self._data)
        self._ended[tag] = answer
        self.heard.refusals += answer.kind != "OK"
        self._data = {}

    def _told(self, text: bytes) -> None:
        if (found := _CAPABILITY.search(text)) is not None:
            self._can(found[1])
        if _NOTICE.search(text) is not None:
            self.heard.notice = text.decode("utf-8", "replace")

    def _can(self, names: bytes) -> None:
        self.capable = frozenset(names.decode("ascii", "replace").upper().split())

    def _line(self) -> bytes:
        line = self.stream.line(_LONGEST_LINE).rstrip(b"\r\n")
        if self.trace is not None:
            # Some servers echo what they were sent: of an answer to a login only its kind is shown.
            private = self._login in self._under_way and not line.startswith(b"* ")
            self.trace("<", b" ".join(line.split()[:2]) + b" ***" if private else line)
        return line

    def _greeting(self) -> bytes:
        """Read the greeting: OK or PREAUTH. A server that says BYE wants no more clients for now."""
        line = self._line()
        found = re.match(rb"\* (OK|PREAUTH|BYE)\b ?(.*)", line, re.IGNORECASE | re.DOTALL)
        if found is None:
            raise self.stream.fail("garbage", f"the greeting is not IMAP: {line[:80]!r}")
        if found[1].upper() == b"BYE":
            raise self.stream.fail("busy", line.decode("utf-8", "replace"))
        self._told(found[2])
        self.heard.greeting = found[2].decode("utf-8", "replace")
        return found[1].upper()

    def _permit(self, verb: str) -> None:
        if self._look_only and verb not in _LOOKING:
            raise NetError("denied", str(self.stream.endpoint), verb, _ONLY)
