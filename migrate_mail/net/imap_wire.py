"""imaplib over a connection with a clock; bytes of messages stay as they are."""

from __future__ import annotations

import imaplib
import re
import ssl
from typing import Any

from migrate_mail.errors import NetError
from migrate_mail.net.stream import Stream

_LONGEST_LINE = 32 * 1024 * 1024
"""A SEARCH answer is one line: this is enough for 3 million messages."""

_WORDLESS = re.compile(rb"^(\S+ (?:OK|NO|BAD))\r\n$")
_LOOKING = frozenset(
    (
        "CAPABILITY", "STARTTLS", "AUTHENTICATE", "LOGIN", "NAMESPACE", "LIST", "LSUB", "STATUS",
        "EXAMINE", "UID:FETCH", "UID:SEARCH", "NOOP", "LOGOUT",
    )
)  # fmt: skip
"""All that may be sent to a server that we only look at."""


class ImapWire(imaplib.IMAP4):
    """imaplib's conversation, without its socket, its log and its APPEND.

    look_only: refuses every command that could change something at the server.
    """

    def __init__(self, stream: Stream, *, look_only: bool) -> None:
        self.stream = stream
        self._look_only = look_only
        super().__init__(stream.endpoint.host, stream.endpoint.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:  # noqa: ARG002
        """Take over the connection that was dialled; its clock is its own."""
        self.host, self.port, self.sock = host, port, self.stream.sock

    def read(self, size: int) -> bytes:
        """Read a literal."""
        return self.stream.exactly(size)

    def readline(self) -> bytes:
        """Read one line; imaplib wants words after `A1 OK`, some servers send none."""
        line = self.stream.line(_LONGEST_LINE)
        return _WORDLESS.sub(rb"\1 \r\n", line) if len(line) < 40 else line

    def send(self, data: Any) -> None:
        """Send bytes."""
        self.stream.send(data)

    def shutdown(self) -> None:
        """Close the connection."""
        self.stream.close()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Ask for TLS and put it on; what the server said before is forgotten (RFC 9051 section 6.2.1)."""
        self.stream.begin("STARTTLS")
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.stream.fail("tls", f"STARTTLS was refused: {words(data)}")
        self.sock = self.stream.start_tls(context, self.stream.endpoint.host)
        self.untagged_responses = {}

    def log_in(self, user: bytes, password: bytes) -> tuple[str, list[Any]]:
        """Send LOGIN with both arguments as they were quoted (imaplib's own takes ASCII only)."""
        kind, data = self._simple_command("LOGIN", user, password)
        if kind == "OK":
            self.state = "AUTH"
        return kind, data

    def append_exact(
        self, folder: bytes, flags: bytes, date: bytes, body: bytes, *, ask: bool
    ) -> tuple[str, list[Any]]:
        """Send APPEND with the bytes as they are (imaplib's own rewrites line ends).

        ask: wait for the server's go-ahead before the body. Without it (LITERAL+) a server
        that dislikes the line would read the message as commands, so the caller must know
        that it likes such a line.
        """
        if ask:
            self.literal = raw(body)
            kind, data = self._simple_command("APPEND", folder, flags, date)
            return kind, data
        self._permit("APPEND")
        tag = self._new_tag()
        line = b" ".join([tag, b"APPEND", folder, flags, date, b"{%d+}" % len(body)])
        self.send(line + b"\r\n" + body + b"\r\n")
        kind, data = self._command_complete("APPEND", tag)
        return kind, data

    def _command(self, name: str, *args: Any) -> bytes:
        self._permit(f"UID:{args[0]}" if name == "UID" else name)
        tag: bytes = super()._command(name, *args)  # type: ignore[misc]  # not in typeshed
        return tag

    def _permit(self, verb: str) -> None:
        if self._look_only and verb not in _LOOKING:
            text = "we only look at this server"
            raise NetError("denied", str(self.stream.endpoint), verb, text)

    def _log(self, line: str) -> None:
        """Keep no log: imaplib's would hold logins and mail."""


def raw(argument: bytes) -> Any:
    """Return bytes as an argument for imaplib, which takes them though its stubs want text."""
    return argument


def words(data: list[Any]) -> str:
    """Return what the server said with its OK, NO or BAD."""
    last = data[-1] if data else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last or "")
