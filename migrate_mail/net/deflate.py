"""COMPRESS=DEFLATE over a connection (RFC 4978), for lines that are slower than the two machines."""

from __future__ import annotations

import socket
import zlib

from migrate_mail.net.tls_socket import TlsSocket

_RAW = -15
"""zlib's name for deflate without a header, window of 32 KiB (RFC 4978 section 4)."""
_QUICK = 1
"""Mail shrinks to 3/4 by this and to hardly less by any other; the others cost time."""
_MOST = 1024 * 1024
"""Bytes that one read may blow up to: the rest waits, so that no answer fills the memory."""


class DeflateSocket:
    """What a connection needs of a compressed socket; for one thread.

    came: what was read before the two sides agreed, compressed already.
    """

    def __init__(self, sock: socket.socket | TlsSocket, came: bytes = b"") -> None:
        self._sock = sock
        self._in = zlib.decompressobj(_RAW)
        self._out = zlib.compressobj(_QUICK, zlib.DEFLATED, _RAW)
        self._packed = came
        self._ready = b""
        self._full = False
        self._over = False

    def recv(self, most: int) -> bytes:
        """Return some bytes, about as many as wanted; empty at the end. zlib.error for garbage."""
        while not (data := self._unpacked()):
            self._packed = self._sock.recv(most)
            if not self._packed:
                return b""
        self._ready = b""
        return data

    def sendall(self, data: bytes | memoryview) -> None:
        """Send all of it, so that the other side can read it now."""
        packed = self._out.compress(data) + self._out.flush(zlib.Z_SYNC_FLUSH)
        self._sock.sendall(packed)

    def pending(self) -> bool:
        """Tell whether something can be read without waiting, if only the end."""
        self._ready = self._unpacked()
        while not (self._ready or self._over) and self._secure_pending():
            self._take_in()
            self._ready = self._unpacked()
        return bool(self._ready) or self._over

    def fetch(self) -> None:
        """Take in what has come, once; it may be too little for anything to be read."""
        if isinstance(self._sock, TlsSocket):
            self._sock.fetch()
        else:
            self._take_in()

    def _secure_pending(self) -> bool:
        return isinstance(self._sock, TlsSocket) and self._sock.pending()

    def _take_in(self) -> None:
        self._packed = self._sock.recv(_MOST)
        self._over = not self._packed

    def settimeout(self, seconds: float | None) -> None:
        """Set how long each wait of the socket may take."""
        self._sock.settimeout(seconds)

    def fileno(self) -> int:
        """Return the socket's number, to wait for it with others."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close the connection without a word."""
        self._sock.close()

    def _unpacked(self) -> bytes:
        """Return what can be had of what has come; empty when that is nothing whole yet."""
        if self._ready or not (self._packed or self._full):
            return self._ready
        data = self._in.decompress(self._packed, _MOST)
        self._packed = self._in.unconsumed_tail
        # zlib may hold back more than it leaves of its input.
        self._full = len(data) == _MOST
        return data
