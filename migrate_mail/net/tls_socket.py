"""TLS over a socket in large pieces: Python's own makes two system calls for every 16 KiB."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

_CHUNK = 256 * 1024


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
        if self._ready:
            ready, self._ready = self._ready[:most], self._ready[most:]
            return ready
        while not (data := self._decrypted(most)):
            if self._over:
                return b""
            self._push()
            self._pull()
        return data

    def sendall(self, data: bytes | memoryview) -> None:
        """Send all of it."""
        if data:
            self.tls.write(data)
            self._push()

    def pending(self) -> bool:
        """Tell whether something can be read without waiting, if only the end."""
        if not self._ready:
            self._ready = self._decrypted(_CHUNK)
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

    def _decrypted(self, most: int) -> bytes:
        """Return what can be had of what has come; empty when that is no whole record yet."""
        parts: list[bytes] = []
        left = most
        try:
            while left > 0:
                data = self.tls.read(left)
                if not data:  # the other side has closed TLS, as one should
                    self._over = True
                    break
                parts.append(data)
                left -= len(data)
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
