"""What holds for every test: nothing leaves the loopback, and no secret comes from outside."""

from __future__ import annotations

import ipaddress
import sys

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "story/test_way.py", "story/test_demo.py", "story/test_secrets.py", "real/test_others.py",
    "real/test_hardship.py", "real/test_logins.py", "real/test_trouble.py", "real/test_kill.py",
)  # fmt: skip
"""Modules whose set-up is long: one worker runs all of it. (The mark xdist_group is without effect in
pytest-xdist 3.8 with pytest 9.2.)"""

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


class _ByFixture(LoadScopeScheduling):
    """Shares tests out one by one, but for those of `TOGETHER`, module by module."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Say how tests are shared out over the workers."""
    return _ByFixture(config, log)
