"""Servers that follow a script, for behaviour that no decent server shows."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Self

from migrate_mail.net.facts import Endpoint


class Peer:
    """One accepted connection, as the script sees it."""

    def __init__(self, sock: socket.socket, over: threading.Event) -> None:
        self.sock = sock
        self._over = over
        self._buffer = b""

    def say(self, *lines: str) -> None:
        """Send lines, each with its CRLF."""
        self.send(b"".join(line.encode() + b"\r\n" for line in lines))

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.sock.sendall(data)

    def hear(self) -> str:
        """Return the next line without its end; empty when the client has gone."""
        while b"\n" not in self._buffer:
            data = self.sock.recv(65536)
            if not data:
                return ""
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def take(self, size: int) -> bytes:
        """Return exactly that many bytes."""
        while len(self._buffer) < size:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError
            self._buffer += data
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Do the server's side of the handshake."""
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def hang(self) -> None:
        """Say nothing more until the test is over."""
        self._over.wait(30)

    def drip(self, data: bytes, every: float) -> None:
        """Send one byte at a time until the client has enough of it."""
        for byte in data:
            self.send(bytes([byte]))
            if self._over.wait(every):
                return

    def reset(self) -> None:
        """Drop the connection with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Scripted:
    """A TCP server on a free port of loopback; `play` is called for each connection in turn."""

    def __init__(self, play: Callable[[Peer], None], *, host: str = "127.0.0.1") -> None:
        self._play = play
        self._over = threading.Event()
        self._listener = socket.create_server((host, 0), family=_family(host))
        self.host, self.port = host, self._listener.getsockname()[1]
        self.connections = 0
        self.problems: list[Exception] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def endpoint(self, host: str = "mx.test") -> Endpoint:
        """Return where to dial it, under a name."""
        return Endpoint(host, self.host, self.port)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock, self._over)
        try:
            self._play(peer)
        except OSError:
            pass  # the client hung up: that is its right
        except Exception as exc:  # noqa: BLE001 - the test shows it
            self.problems.append(exc)
        finally:
            peer.sock.close()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)
        if kind is None:
            assert not self.problems, self.problems


class ScriptedDns:
    """A DNS server on a free port; `udp` and `tcp` give the packets to send for a query.

    tcp None: nobody listens there.
    """

    def __init__(
        self,
        udp: Callable[[bytes], list[bytes]],
        tcp: Callable[[bytes], bytes] | None = None,
        *,
        host: str = "127.0.0.1",
    ) -> None:
        self._udp, self._tcp = udp, tcp
        self._family = _family(host)
        self._sock = socket.socket(self._family, socket.SOCK_DGRAM)
        self._sock.bind((host, 0))
        self.host, self.port = host, self._sock.getsockname()[1]
        self.queries: list[bytes] = []
        self._threads = [threading.Thread(target=self._serve_udp, daemon=True)]
        self._listener: socket.socket | None = None
        if tcp is not None:
            self._listener = socket.create_server((host, self.port), family=self._family)
            self._threads.append(threading.Thread(target=self._serve_tcp, daemon=True))

    def endpoint(self, host: str = "ns.test") -> Endpoint:
        """Return where to ask it, under a name."""
        return Endpoint(host, self.host, self.port)

    def _serve_udp(self) -> None:
        while True:
            query, client = self._sock.recvfrom(65535)
            if query == b"over":
                return
            self.queries.append(query)
            for packet in self._udp(query):
                self._sock.sendto(packet, client)

    def _serve_tcp(self) -> None:
        assert self._listener is not None
        assert self._tcp is not None
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                with sock, contextlib.suppress(OSError):
                    size = struct.unpack("!H", sock.recv(2))[0]
                    sock.sendall(self._tcp(sock.recv(size)))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        with socket.socket(self._family, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"over", (self.host, self.port))
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for thread in self._threads:
            thread.join(5)
        self._sock.close()


def _family(host: str) -> int:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
