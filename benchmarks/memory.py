"""Memory for a tmpfs that has been touched before it is used.

A virtual machine gets a page from its host when it first writes to it, and hands it back soon
after it is free. That costs several times the write itself, the same for every tool, and hides
how they differ: a copy would measure the host.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_PIECE = bytes(1 << 20)
_AHEAD = 512 << 20
"""Octets that are free before they are needed: a short copy is not disturbed at all. What is free for
long goes back to the host."""
_PAUSE = 0.05


@contextmanager
def touched(folder: Path, size: int) -> Iterator[None]:
    """Hold so much of the file system of `folder`, and give it up as fast as others fill it."""
    stop = threading.Event()
    with tempfile.TemporaryFile(dir=folder, buffering=0) as held:
        for _ in range(0, size, len(_PIECE)):
            held.write(_PIECE)
        full = _used(held)
        _give(held, full)

        def go_on() -> None:
            while _left(held) and not stop.wait(_PAUSE):
                _give(held, full)

        giver = threading.Thread(target=go_on)
        giver.start()
        try:
            yield
        finally:
            stop.set()
            giver.join()


def _give(held: IO[bytes], full: int) -> None:
    over = _used(held) + _AHEAD - full
    if over > 0:
        held.truncate(max(0, _left(held) - over))


def _left(held: IO[bytes]) -> int:
    return os.fstat(held.fileno()).st_size


def _used(held: IO[bytes]) -> int:
    told = os.fstatvfs(held.fileno())
    return (told.f_blocks - told.f_bfree) * told.f_frsize
