"""Takes a loopback network for one world, so that worlds side by side do not meet."""

from __future__ import annotations

import contextlib
import socket

CLAIM = (254, 9)
"""Whoever listens here owns the network; the kernel gives it back when the owner dies."""
FIRST, LAST = 70, 120


class Network:
    """127.x.0.0/24 with a fixed address for each part."""

    def __init__(self) -> None:
        self._claim, self.prefix = _take()
        self.old = self._ip(1)
        self.new = self._ip(2)
        self.new_second = self._ip(3)
        self.out = self._ip(9)
        self.above = self._ip(52)
        self.name_servers = [self._ip(host) for host in (53, 54, 56, 57)]
        self.resolver = self._ip(55)
        self.spare = self._ip(58)

    @property
    def reverse_zone(self) -> str:
        """Return the zone of the PTR records."""
        return ".".join(reversed(self.prefix.split("."))) + ".in-addr.arpa"

    def close(self) -> None:
        """Give the network back."""
        self._claim.close()

    def _ip(self, host: int) -> str:
        return f"{self.prefix}.{host}"


def _take() -> tuple[socket.socket, str]:
    host, port = CLAIM
    for second in range(FIRST, LAST):
        claim = socket.socket()
        with contextlib.suppress(OSError):
            claim.bind((f"127.{second}.0.{host}", port))
            claim.listen()
            if not _occupied(f"127.{second}.0"):
                return claim, f"127.{second}.0"
        claim.close()
    raise RuntimeError(f"no free network between 127.{FIRST}.0.0/24 and 127.{LAST}.0.0/24")


def _occupied(prefix: str) -> bool:
    """Tell whether servers of a world that was just killed still hold their ports."""
    for host, port in ((1, 25), (9, 25), (53, 53), (55, 53)):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((f"{prefix}.{host}", port)) == 0:
                return True
    return False
