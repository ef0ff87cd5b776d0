"""A server that does not serve, on TCP and UDP of one port: closed, silent, garbage or drop."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Literal, Self

Manner = Literal["closed", "silent", "garbage", "drop"]
_NOISE = bytes(range(0x80, 0x100)) * 2 + b"\r\n"


class Rude:
    """Open with `with`; `address` is what to put into a `connect` table.

    closed: nobody listens. silent: connections are taken, nothing is said. garbage: what is said
    is no protocol. drop: connections are closed at once.
    """

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self._tcp, self._udp = _pair()
        self.port: int = self._tcp.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._guests: list[socket.socket] = []
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        """Begin to be rude."""
        if self.manner == "closed":
            self._tcp.close()
            self._udp.close()
        else:
            self._tcp.listen(100)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        self._rope.close()
        if self._thread.is_alive():
            self._thread.join()
        for sock in (self._bell, self._tcp, self._udp, *self._guests):
            sock.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as waiting:
            for sock in (self._bell, self._tcp, self._udp):
                waiting.register(sock, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in waiting.select()}
                if self._bell in ready:
                    return
                if self._tcp in ready:
                    self._guest(self._tcp.accept()[0])
                if self._udp in ready:
                    self._datagram()

    def _guest(self, sock: socket.socket) -> None:
        self._guests.append(sock)
        if self.manner == "drop":
            sock.close()
        elif self.manner == "garbage":
            with contextlib.suppress(OSError):
                sock.sendall(_NOISE)

    def _datagram(self) -> None:
        _, sender = self._udp.recvfrom(4096)
        if self.manner == "garbage":
            self._udp.sendto(_NOISE[:40], sender)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Bind a TCP and a UDP socket to one free port."""
    for _ in range(50):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        try:
            udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        except OSError:
            tcp.close()
            udp.close()
        else:
            return tcp, udp
    raise AssertionError("no port is free for both TCP and UDP")
