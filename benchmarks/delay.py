#!/usr/bin/env python3
"""A network of a given round trip and rate, as a proxy: `delay.py LISTEN PORT TARGET PORT MS MBIT`.

Every chunk leaves half a round trip after it came, and no sooner than the line's rate allows;
the rate is shared by all connections of a direction. 0 Mbit/s: no limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass

CHUNK = 65536


@dataclass(slots=True)
class Line:
    """One direction of the network."""

    delay: float
    rate: float
    free_at: float = 0.0

    def leaves_at(self, now: float, size: int) -> float:
        """Return when so many bytes have gone through, for what came now."""
        if self.rate:
            self.free_at = max(self.free_at, now) + size / self.rate
            return self.free_at + self.delay
        return now + self.delay


async def carry(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction of one connection until it ends."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)

    async def take() -> None:
        while True:
            data = await reader.read(CHUNK)
            await queue.put((line.leaves_at(loop.time(), len(data)), data))
            if not data:
                return

    async def give() -> None:
        while True:
            when, data = await queue.get()
            if (left := when - loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    with contextlib.suppress(ConnectionError):
        await asyncio.gather(take(), give())


async def main(
    address: str, port: int, target: tuple[str, int], lines: tuple[Line, Line]
) -> None:
    """Serve until killed."""

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*target)
        await asyncio.gather(
            carry(lines[0], reader, far_writer), carry(lines[1], far_reader, writer)
        )

    server = await asyncio.start_server(connect, address, port)
    await server.serve_forever()


if __name__ == "__main__":
    listen, port, target, target_port, milliseconds, mbit = sys.argv[1:]
    speed = float(mbit) * 1e6 / 8
    half = float(milliseconds) / 2000
    asyncio.run(
        main(
            listen,
            int(port),
            (target, int(target_port)),
            (Line(half, speed), Line(half, speed)),
        )
    )
