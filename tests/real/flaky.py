"""A way to a server on which every so many-th connection is cut: a balancer with one dead server behind it."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import count
from types import TracebackType
from typing import Self

from migrate_mail.lab.loop import Loop


class Flaky:
    """Open with `with`; `address` is what to put into a `connect` table."""

    def __init__(self, target: tuple[str, int], *, every: int) -> None:
        self._target = target
        self._every = every
        self._came = count(1)
        self._loop = Loop()
        self._server: asyncio.Server | None = None
        self.address = ""

    def __enter__(self) -> Self:
        """Begin to pass on."""
        self._loop.start()
        self._loop.call(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more connections."""
        assert self._server is not None
        self._loop.do(self._server.close)
        self._loop.close()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._guest, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _guest(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(self._came) % self._every:
            there, back = await asyncio.open_connection(*self._target)
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
            back.close()
        writer.close()


async def _pass_on(came: asyncio.StreamReader, goes: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await came.read(65536):
            goes.write(data)
            await goes.drain()
        goes.write_eof()
