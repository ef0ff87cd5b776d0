"""What holds for every test: nothing leaves the loopback, and no secret comes from outside."""

from __future__ import annotations

import ipaddress
import sys

import pytest

_attempts: list[str] = []
_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def _loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # unix sockets, and sendmsg on a connected socket
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in {"localhost", ""}


def _guard(event: str, args: tuple) -> None:
    if event in _EVENTS and not _loopback(args[1]):
        _attempts.append(f"{event} {args[1]}")
        raise PermissionError(f"tests talk to loopback only: {event} {args[1]}")


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def _stays_on_loopback():
    """Fail a test that tried to leave, even when the library under it swallowed our refusal."""
    _attempts.clear()
    yield
    assert not _attempts, f"tried to leave the loopback: {_attempts}"
