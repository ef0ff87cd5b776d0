"""TLS over a socket in large pieces: Python's own makes two system calls for every 16 KiB."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from functools import partial

_CHUNK = 256 * 1024
_RECORD = 16 * 1024
"""The most that a record holds (RFC 8446 section 5.1): one is read at a time."""


class TlsSocket:
    """What a connection needs of a TLS socket; for one thread. Timeouts are the socket's own."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, name: str | None) -> None:
        self._sock = sock
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._ready = b""
        self._over = False
        self.tls = context.wrap_bio(self._come, self._go, server_hostname=name)

    def handshake(self) -> None:
        """Shake hands; ssl.SSLError or OSError when that fails."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self._push()
                self._pull()
            except ssl.SSLError:
                with suppress(OSError):
                    self._push()  # the alert that tells the other side why
                raise
            else:
                self._push()
                return

    def recv(self, most: int) -> bytes:
        """Return at most so many bytes; empty at the end."""
        while not (ready := self._ready or self._decrypted()):
            if self._over:
                return b""
            self._push()
            self._pull()
        self._ready = ready[most:]
        return ready[:most]

    def sendall(self, data: bytes | memoryview) -> None:
        """Send all of it."""
        if data:
            self.tls.write(data)
            self._push()

    def pending(self) -> bool:
        """Tell whether something can be read without waiting, if only the end."""
        if not self._ready:
            self._ready = self._decrypted()
        return bool(self._ready) or self._over

    def fetch(self) -> None:
        """Take in what has come, once; it may be too little for anything to be read."""
        self._pull()

    def settimeout(self, seconds: float | None) -> None:
        """Set how long each wait of the socket may take."""
        self._sock.settimeout(seconds)

    def fileno(self) -> int:
        """Return the socket's number, to wait for it with others."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close the connection without a word."""
        self._sock.close()

    def _decrypted(self) -> bytes:
        """Return what can be had of what has come; empty when that is no whole record yet."""
        parts: list[bytes] = []
        try:
            for part in iter(partial(self.tls.read, _RECORD), b""):
                parts.append(part)  # noqa: PERF402  (list() would lose them when it raises)
            self._over = True  # the other side has closed TLS, as one should
        except ssl.SSLWantReadError:
            pass  # the rest of a record is still to come
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self._over = True
        return b"".join(parts)

    def _pull(self) -> None:
        data = self._sock.recv(_CHUNK)
        if data:
            self._come.write(data)
        elif self._come.eof:
            self._over = True
        else:
            self._come.write_eof()

    def _push(self) -> None:
        if self._go.pending:
            self._sock.sendall(self._go.read())
