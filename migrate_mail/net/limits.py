"""Never a storm at one host: how many connections at the same time one address gets from us."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Endpoint

_LEAST = 2
"""Connections that stay allowed: old and new may be one host, and a sync needs both at a time."""


class HostLimits:
    """Slots by address and port, shared by everything that dials in this process."""

    def __init__(self, per_host: int = 4) -> None:
        self._per_host = per_host
        self._taken: Counter[tuple[str, int]] = Counter()
        self._most: dict[tuple[str, int], int] = {}
        self._changed = threading.Condition()

    def fewer(self, endpoint: Endpoint) -> int:
        """Take note that this endpoint wants fewer connections from us than it has now; how many.

        Whoever was refused still holds its slot, so that one less than are taken may stay.
        """
        key = (endpoint.ip, endpoint.port)
        with self._changed:
            self._most[key] = max(_LEAST, self._taken[key] - 1)
            return self._most[key]

    @contextmanager
    def slot(
        self, endpoint: Endpoint, *, wait: float = 60, most: int | None = None
    ) -> Iterator[None]:
        """Hold one slot of the endpoint; NetError `busy` when none came free in `wait` seconds.

        most: another limit for this endpoint than the usual one.
        """
        key, limit = (endpoint.ip, endpoint.port), most or self._per_host
        with self._changed:
            if not self._changed.wait_for(
                lambda: self._taken[key] < min(limit, self._most.get(key, limit)), wait
            ):
                limit = min(limit, self._most.get(key, limit))
                text = f"all {limit} of our connections to it were in use for {wait:g} s"
                raise NetError("busy", str(endpoint), "connect", text)
            self._taken[key] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[key] -= 1
                self._changed.notify_all()
