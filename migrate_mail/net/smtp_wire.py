"""The SMTP dialogue: commands, replies of many lines, and a transcript of both (RFC 5321)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net.stream import Stream

_LONGEST = 4096
_MOST_LINES = 128
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the server, its lines joined."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words of all lines."""
        return " ".join(line for line in self.lines if line)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


@dataclass
class SmtpWire:
    """Sends commands and reads replies over a stream; writes both down.

    features: EHLO keywords with their arguments, upper-case, of the last EHLO.
    """

    stream: Stream
    transcript: list[str] = field(default_factory=list)
    features: tuple[str, ...] = ()

    def greeting(self) -> Reply:
        """Read the banner; NetError unless it is a 220."""
        self.stream.begin("banner")
        return self._wanted(self._reply(), 220)

    def hello(self, helo: str) -> Reply:
        """Say EHLO, or HELO to a server that knows no EHLO (RFC 5321 section 3.2)."""
        reply = self.command("EHLO", helo)
        if reply.code in (500, 502, 504, 550):
            self.features = ()
            return self._wanted(self.command("HELO", helo), 250)
        self._wanted(reply, 250)
        self.features = tuple(" ".join(line.upper().split()) for line in reply.lines[1:])
        return reply

    def offers(self, keyword: str) -> bool:
        """Tell whether the last EHLO offered an extension."""
        return any(f.split(" ")[0] == keyword for f in self.features)

    def must(self, code: int, verb: str, argument: str = "") -> Reply:
        """Send a command; NetError when the reply is another than `code`."""
        return self._wanted(self.command(verb, argument), code)

    def command(self, verb: str, argument: str = "", *, patience: float | None = None) -> Reply:
        """Send a command and return the reply, whatever it is."""
        line = f"{verb} {argument}".rstrip()
        if "\r" in line or "\n" in line:
            raise ValueError(f"a line break in an SMTP command: {line!r}")
        self.stream.begin(verb.split(maxsplit=1)[0], timeout=patience)
        self.note("->", line)
        self.stream.send(line.encode("utf-8") + b"\r\n")
        return self._reply()

    def secretly(self, line: bytes, shown: str) -> Reply:
        """Send a line of a login and return the reply; the transcript has `shown` in its stead."""
        self.note("->", shown)
        self.stream.send(line + b"\r\n")
        return self._reply()

    def body(self, data: bytes, *, patience: float) -> Reply:
        """Send a message after the 354, dots doubled, and return the final reply."""
        self.stream.begin("DATA", timeout=patience)
        self.note("->", f"(a message of {len(data)} bytes)")
        self.stream.send(dotted(data))
        return self._reply()

    def note(self, mark: str, line: str) -> None:
        """Add a line to the transcript."""
        self.transcript.append(f"{mark} {line}")

    def refused(self, reply: Reply) -> NetError:
        """Return the error for a reply that was not wanted: 4xx is for now, 5xx for good."""
        kind: NetKind = "busy" if 400 <= reply.code < 500 else "denied"
        return self.stream.fail(kind, str(reply))

    def _wanted(self, reply: Reply, code: int) -> Reply:
        if reply.code // 10 != code // 10:  # 250 and 251 say the same to us
            raise self.refused(reply)
        return reply

    def _reply(self) -> Reply:
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            raw = self.stream.line(_LONGEST).rstrip(b"\r\n")
            self.note("<-", _readable(raw))
            match = _REPLY.fullmatch(raw)
            if match is None:
                raise self.stream.fail("garbage", f"not an SMTP reply: {_readable(raw)[:80]!r}")
            lines.append(_readable(match[3] or b""))
            if match[2] != b"-":
                return Reply(int(match[1]), tuple(lines))
        raise self.stream.fail("garbage", f"a reply of more than {_MOST_LINES} lines")


def _readable(raw: bytes) -> str:
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def dotted(data: bytes) -> bytes:
    """Return the message as DATA wants it: CRLF, dots doubled, dot at the end (section 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"
