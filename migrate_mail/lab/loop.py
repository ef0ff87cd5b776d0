"""One asyncio loop in a thread of its own, that all servers of the lab live on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds to wait for a server to do what a test told it; only a hung lab gets there."""


class Loop:
    """Runs coroutines and functions for threads that know nothing of asyncio."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="lab", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def do(self, work: Callable[[], T]) -> T:
        """Run a plain function on the loop, so that no server sees half of its effect."""

        async def on_loop() -> T:
            return work()

        return self.call(on_loop())

    def close(self) -> None:
        """Cancel what still runs, end the thread, release everything."""
        self.call(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _settle(self) -> None:
        """Let closed transports finish; asyncio closes their sockets on a later turn of the loop."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._loop.shutdown_default_executor()
        for _ in range(5):
            await asyncio.sleep(0)
