"""A web server on loopback that serves a few texts over HTTPS, and fails in the ways real ones do."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Literal

HttpsFault = Literal["hang", "hang-tls", "drip", "garbage", "close", "endless"]
"""hang: the question is read, nothing is said. hang-tls: no handshake. drip: a byte now and then,
without end. garbage: no HTTP. close: the connection ends at once. endless: a body without end."""

_DRIP = 0.05
_MOST_PIECES = 1000
"""Nearly without end: 50 s, or 64 MB."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is served at a path."""

    body: bytes
    status: int = 200
    kind: str = "text/plain"
    location: str | None = None


@dataclass(slots=True)
class HttpsServer:
    """One web server. Set fields at any time, from any thread; pages by host and path."""

    context: ssl.SSLContext
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    fault: HttpsFault | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _streams: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        """Bind the port. TLS starts by hand, so that certificate and fault may change meanwhile."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Release the port and drop open connections."""
        if self._server:
            self._server.close()
        for stream in list(self._streams):
            stream.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._streams.add(writer)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone, or did not like the certificate
        finally:
            self._streams.discard(writer)
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.fault == "hang-tls":
            await reader.read()
        if self.fault in {"hang-tls", "close"}:
            return
        await writer.start_tls(self.context)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if self.fault == "hang":
            await reader.read()
            return
        writer.write(self._said(head))
        await writer.drain()
        for _ in range(_MOST_PIECES):
            if self.fault not in {"drip", "endless"} or writer.transport.is_closing():
                return
            if self.fault == "drip":
                await asyncio.sleep(_DRIP)
            writer.write(b"x" if self.fault == "drip" else b"x" * 65536)
            await writer.drain()

    def _said(self, head: str) -> bytes:
        if self.fault == "garbage":
            return b"\xff\xfe this is not HTTP\r\n\r\n"
        if self.fault == "drip":
            return b"HTTP/1.1 200 OK\r\nX-Slow: "
        if self.fault == "endless":
            return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        path, host = head.split(" ", 2)[1], _host(head)
        self.asked.append(f"https://{host}{path}")
        return _answer(self.pages.get((host, path), Page(b"not here\n", 404)))


def _host(head: str) -> str:
    lines = [line.partition(":") for line in head.split("\r\n")[1:]]
    return next((v.strip().lower() for k, _, v in lines if k.lower() == "host"), "")


def _answer(page: Page) -> bytes:
    lines = [
        f"HTTP/1.1 {page.status} lab",
        f"Content-Type: {page.kind}",
        f"Content-Length: {len(page.body)}",
        "Connection: close",
    ]
    lines += [f"Location: {page.location}"] if page.location else []
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + page.body
