"""Memory for a tmpfs that has been touched before it is used.

A virtual machine gets a page from its host when it first writes to it, and hands it back soon
after it is free. That costs several times the write itself, the same for every tool, and hides
how they differ: a copy would measure the host.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_PIECE = bytes(1 << 20)
_AHEAD = 512 << 20
"""Octets that are free before they are needed: a short copy is not disturbed at all. What is free for
long goes back to the host."""
_PAUSE = 0.05


class Touched:
    """Holds so much of the file system of `folder`, and gives it up as fast as others fill it."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._left = size
        self._stop = threading.Event()
        self._giver = threading.Thread(target=self._go_on)

    def __enter__(self) -> Self:
        self._file = os.open(self._folder, os.O_TMPFILE | os.O_RDWR)
        for _ in range(0, self._left, len(_PIECE)):
            os.write(self._file, _PIECE)
        self._full = self._used()
        self._give()
        self._giver.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._giver.join()
        os.close(self._file)

    def _go_on(self) -> None:
        while self._left and not self._stop.wait(_PAUSE):
            self._give()

    def _give(self) -> None:
        over = self._used() + _AHEAD - self._full
        if over > 0:
            self._left = max(0, self._left - over)
            os.ftruncate(self._file, self._left)

    def _used(self) -> int:
        told = os.statvfs(self._folder)
        return (told.f_blocks - told.f_bfree) * told.f_frsize
