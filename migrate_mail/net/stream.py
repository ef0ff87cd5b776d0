"""A TCP connection with a clock: every wait has an end, every line a longest length."""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net.boundary import boundary
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.tls_socket import TlsSocket

if TYPE_CHECKING:
    from migrate_mail.net.deflate import DeflateSocket

_CHUNK = 256 * 1024
_SLOWEST = 1024
"""Bytes a second that earn more time, so that large messages may take longer than a phase."""
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Stream:
    """One connection. Each phase has `timeout` seconds in all, however slowly bytes drip in."""

    def __init__(
        self, endpoint: Endpoint, *, timeout: float, total: float | None = None
    ) -> None:
        self.endpoint = endpoint
        self._timeout = timeout
        self._last = None if total is None else time.monotonic() + total
        self._buffer = b""
        self._at = 0
        self.begin("connect")
        with boundary(endpoint, "connect"):
            self._tcp = self._connect()
        self.sock: socket.socket | TlsSocket | DeflateSocket = self._tcp
        self.round_trip = 0.0
        self._asked_at = 0.0

    def _connect(self) -> socket.socket:
        # Not create_connection: it loads the tables of IDNA for an address, and takes 10 ms for it.
        family = socket.AF_INET6 if ":" in self.endpoint.ip else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(self._left())
            sock.connect((self.endpoint.ip, self.endpoint.port))
        except BaseException:
            sock.close()
            raise
        with suppress(OSError):  # a reset socket takes no options; the next read will tell
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def begin(self, phase: str, *, timeout: float | None = None, times: float = 1) -> None:
        """Start a phase: its name goes into failures, its clock starts now.

        times: for what takes longer than other phases.
        """
        self.phase = phase
        self._until = time.monotonic() + (timeout or self._timeout) * times

    def no_total(self) -> None:
        """Lift the bound on the whole conversation; each phase keeps its own."""
        self._last = None

    def asked(self) -> None:
        """Remember that a question goes out to which the next bytes are the answer: a round trip."""
        self._asked_at = time.monotonic()

    def fail(self, kind: NetKind, text: str) -> NetError:
        """Return the error for the phase we are in; the caller raises it."""
        return NetError(kind, str(self.endpoint), self.phase, text)

    def start_tls(self, context: ssl.SSLContext, name: str | None) -> ssl.SSLObject:
        """Put TLS on the connection; `name` is what the certificate must be for (None: no SNI)."""
        if self.held:
            # RFC 3207 section 6: what came before the handshake cannot be trusted.
            raise self.fail("garbage", "the server sent data before the TLS handshake")
        if name is not None and (problem := _unfit(name)) is not None:
            raise self.fail("tls", f"{name!r} cannot be a TLS server name: {problem}")
        with boundary(self.endpoint, self.phase):
            self._tcp.settimeout(self._left())
            secure = TlsSocket(self._tcp, context, name)
            self.sock = secure
            secure.handshake()
        return secure.tls

    def deflate(self) -> None:
        """Read and write compressed from here on (RFC 4978): both sides have agreed."""
        from migrate_mail.net.deflate import DeflateSocket

        assert not isinstance(self.sock, DeflateSocket)
        came, self._buffer, self._at = self._buffer[self._at :], b"", 0
        self.sock = DeflateSocket(self.sock, came)

    def send(self, data: bytes) -> None:
        """Send all of it."""
        view = memoryview(data)
        with boundary(self.endpoint, self.phase):
            for start in range(0, len(view), _CHUNK):
                self.sock.settimeout(self._left())
                self.sock.sendall(view[start : start + _CHUNK])
                self._earn(min(_CHUNK, len(view) - start))

    def urge(self) -> None:
        """Acknowledge at once what comes next, where the system can.

        A server with Nagle's algorithm (RFC 896) sends the second of two short answers only when
        the first is acknowledged, and that can take 40 ms when we have nothing to send.
        """
        if _QUICKACK is not None:
            with suppress(OSError):  # a reset socket takes no options; the next read will tell
                self._tcp.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def line(self, longest: int) -> bytes:
        """Read one line with its end; NetError `garbage` when it is longer than `longest`."""
        seen = 0
        while (end := self._buffer.find(b"\n", self._at + seen)) < 0:
            seen = len(self._buffer) - self._at
            if seen > longest:
                raise self.fail("garbage", f"a line longer than {longest} bytes came")
            self._more()
        line = self._buffer[self._at : end + 1]
        self._at = end + 1
        return line

    def exactly(self, size: int) -> bytes:
        """Read that many bytes."""
        parts: list[memoryview] = []
        while size > 0:
            parts.append(self.some(size))
            size -= len(parts[-1])
        return b"".join(parts)

    @property
    def held(self) -> int:
        """How many bytes have come and are not read yet: so many can be had without waiting."""
        return len(self._buffer) - self._at

    def some(self, most: int) -> memoryview:
        """Read at least one byte and at most `most`: what is there, else what comes next."""
        if not self.held:
            self._more()
        taken = memoryview(self._buffer)[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Take what a pattern matches at the front of what has come already; None: it does not."""
        found = pattern.match(self._buffer, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def waiting(self, seconds: float = 0) -> bool:
        """Tell whether something can be read now, or can within so many seconds.

        Under TLS and compression bytes may come that carry no text (session tickets, empty
        blocks): they do not count, or the next read would wait for what is never sent.
        """
        if self.held:
            return True
        until = time.monotonic() + seconds
        with boundary(self.endpoint, self.phase):
            while isinstance(self.sock, socket.socket) or not self.sock.pending():
                poll = select.poll()
                poll.register(self.sock, select.POLLIN)
                if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                    return False
                if isinstance(self.sock, socket.socket):
                    return True
                self.sock.fetch()
        return True

    def _more(self) -> None:
        with boundary(self.endpoint, self.phase):
            self.sock.settimeout(self._left())
            data = self.sock.recv(_CHUNK)
        if not data:
            raise self.fail("closed", "the server closed the connection")
        if self._asked_at:
            passed, self._asked_at = time.monotonic() - self._asked_at, 0.0
            self.round_trip = min(self.round_trip or passed, passed)
        self._earn(len(data))
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0

    def _earn(self, size: int) -> None:
        self._until += size / _SLOWEST

    def _left(self) -> float:
        end = self._until if self._last is None else min(self._until, self._last)
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def close(self) -> None:
        """Close the connection; more than once does no harm."""
        self.sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _unfit(name: str) -> str | None:
    """Say why TLS cannot carry a name; Python's ssl would leak the socket over it."""
    try:
        name.encode("idna")
    except UnicodeError as exc:
        return str(exc)
    return "it is empty or starts with a dot" if not name or name.startswith(".") else None
