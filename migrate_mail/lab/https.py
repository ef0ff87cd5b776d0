"""A web server on loopback that serves a few texts over HTTPS and HTTP, and fails in the ways real ones do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
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
    """One web server. Set fields at any time, from any thread; pages by host and path.

    plain: what the same hosts serve without TLS, on plain_port. posted: the bodies that came.
    """

    context: ssl.SSLContext
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    fault: HttpsFault | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    plain: dict[tuple[str, str], Page] = field(default_factory=dict)
    plain_port: int = 0
    posted: list[bytes] = field(default_factory=list)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _streams: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        """Bind the ports. TLS starts by hand, so that certificate and fault may change meanwhile."""
        self.port = await self._bind(self._serve)
        self.plain_port = await self._bind(partial(self._serve, secure=False))

    async def _bind(self, serve: Callable[..., Awaitable[None]]) -> int:
        self._servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
        port: int = self._servers[-1].sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Release the ports and drop open connections."""
        for server in self._servers:
            server.close()
        for stream in list(self._streams):
            stream.transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool = True
    ) -> None:
        self._streams.add(writer)
        try:
            await self._converse(reader, writer, secure)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone, or did not like the certificate
        finally:
            self._streams.discard(writer)
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secure: bool
    ) -> None:
        if self.fault == "hang-tls":
            await reader.read()
        if self.fault in {"hang-tls", "close"}:
            return
        if secure:
            await writer.start_tls(self.context)
        head = await self._question(reader)
        if self.fault == "hang":
            await reader.read()
            return
        writer.write(self._said(head, secure))
        await writer.drain()
        for _ in range(_MOST_PIECES):
            if self.fault not in {"drip", "endless"} or writer.transport.is_closing():
                return
            if self.fault == "drip":
                await asyncio.sleep(_DRIP)
            writer.write(b"x" if self.fault == "drip" else b"x" * 65536)
            await writer.drain()

    async def _question(self, reader: asyncio.StreamReader) -> str:
        """Read a request; its body goes to `posted`."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if size := int(_header(head, "content-length") or 0):
            self.posted.append(await reader.readexactly(size))
        return head

    def _said(self, head: str, secure: bool) -> bytes:
        if self.fault == "garbage":
            return b"\xff\xfe this is not HTTP\r\n\r\n"
        if self.fault == "drip":
            return b"HTTP/1.1 200 OK\r\nX-Slow: "
        if self.fault == "endless":
            return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        path, host = head.split(" ", 2)[1], _header(head, "host")
        self.asked.append(f"http{'s' if secure else ''}://{host}{path}")
        pages = self.pages if secure else self.plain
        return _answer(pages.get((host, path), Page(b"not here\n", 404)))


def _header(head: str, name: str) -> str:
    lines = [line.partition(":") for line in head.split("\r\n")[1:]]
    return next((v.strip().lower() for k, _, v in lines if k.lower() == name), "")


def _answer(page: Page) -> bytes:
    lines = [
        f"HTTP/1.1 {page.status} lab",
        f"Content-Type: {page.kind}",
        f"Content-Length: {len(page.body)}",
        "Connection: close",
    ]
    lines += [f"Location: {page.location}"] if page.location else []
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + page.body
