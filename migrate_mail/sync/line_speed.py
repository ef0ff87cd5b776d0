"""Whether the line is so slow that mail had better be compressed on its way, found by measuring."""

from __future__ import annotations

from collections.abc import Callable

_ENOUGH = 3_000_000
"""Bytes after which the speed of a line is known."""
_SLOW = 5_000_000
"""Bytes a second under which compression pays: it takes mail in at four times that."""


def pays(moved: int, seconds: float) -> bool:
    """Tell whether so many bytes in so much time came over a slow line."""
    return moved >= _ENOUGH and moved < seconds * _SLOW


class LineSpeed:
    """Looks at what has moved since the last look, until the line turns out to be slow.

    clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = clock()
        self._moved = 0
        self._told = False

    def moved(self, size: int) -> bool:
        """Count bytes; True once, when the line is found to be slow."""
        self._moved += size
        if self._told or self._moved < _ENOUGH:
            return False
        now = self._clock()
        self._told = pays(self._moved, now - self._at)
        self._at, self._moved = now, 0
        return self._told
