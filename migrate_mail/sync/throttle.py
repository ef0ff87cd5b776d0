"""Not faster than asked: bytes and messages a second at one host, for all accounts together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens that come at a rate. level: how many are there now; below zero they are owed."""

    rate: float
    most: float
    level: float
    at: float


def full(rate: float, now: float, *, burst: float = 1.0) -> Bucket:
    """Return a bucket that holds what comes in `burst` seconds, and does."""
    return Bucket(rate, rate * burst, rate * burst, now)


def take(bucket: Bucket, amount: float, now: float) -> tuple[Bucket, float]:
    """Take tokens out; return the bucket after it and how many seconds to wait before going on. PURE.

    More may be taken than is there: what follows waits until that is paid.
    """
    came = max(0.0, now - bucket.at) * bucket.rate
    level = min(bucket.most, bucket.level + came) - amount
    return replace(bucket, level=level, at=now), max(0.0, -level / bucket.rate)


class Throttle:
    """Holds the accounts that move mail at one host to its rates. None: without a limit.

    now: seconds of a clock that only goes forward. wait: sleeps, or returns early when stopped.
    """

    def __init__(
        self,
        rate: float | None,
        messages: float | None,
        *,
        now: Callable[[], float],
        wait: Callable[[float], object],
    ) -> None:
        self._now = now
        self._wait = wait
        self._lock = threading.Lock()
        self._octets = full(rate, now()) if rate else None
        self._messages = full(messages, now()) if messages else None

    def octets(self, count: int) -> None:
        """Account for bytes that were moved; wait when they were too many."""
        if self._octets is not None:
            with self._lock:
                self._octets, seconds = take(self._octets, count, self._now())
            self._pause(seconds)

    def message(self) -> None:
        """Account for a message; wait when they come too fast."""
        if self._messages is not None:
            with self._lock:
                self._messages, seconds = take(self._messages, 1, self._now())
            self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._wait(seconds)
