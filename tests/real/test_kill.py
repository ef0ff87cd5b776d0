"""A sync that is killed at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import contextlib
import time

import pytest

from real.cli import Admin
from real.compare import contents, differences
from real.project import write_project
from real.servers.world import DOMAIN, SPARES

pytestmark = pytest.mark.real

ANNA = f"anna@{DOMAIN}"
COUNT = 74
"""Anna's messages: the kills are spread over the copying of them."""
MOMENTS = len(SPARES)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_each_message_is_copied_exactly_once(world, tmp_path, moment):
    """Killed when so many messages are at new, run again: each message is there exactly once."""
    spare = f"spare-{moment:02}@{DOMAIN}"
    admin = Admin(tmp_path, write_project(world, tmp_path, moves={ANNA: spare}))
    killed_at = _sync_and_kill(admin, world, spare, after=moment * COUNT // MOMENTS)

    admin.runs("sync")

    assert killed_at < COUNT
    old, new = contents(world.old, ANNA), contents(world.new, spare)
    assert sum(c.total() for c in old.values()) == COUNT
    assert differences(old, new) == []


def test_killed_again_and_again_it_still_ends(world, tmp_path):
    """Nine kills one after the other, a few messages apart, then the end: each message exactly once."""
    user = f"bernd@{DOMAIN}"
    admin = Admin(tmp_path, write_project(world, tmp_path, moves={user: user}))
    for kill in range(9):
        _sync_and_kill(admin, world, user, after=6 * kill)

    admin.runs("sync")

    assert differences(contents(world.old, user), contents(world.new, user)) == []


def _sync_and_kill(admin: Admin, world, user: str, *, after: int) -> int:
    """Start a sync and kill -9 it as soon as more than `after` messages are stored; return how many.

    The watched files are new's own, so the kill falls somewhere between a message that new has
    and the receipt for it, or into the next one; by how much is left to chance.
    """
    running = admin.starts("sync")
    state = admin.folder / "migration.state"
    deadline = time.monotonic() + 30
    with contextlib.closing(_Killed(running)):
        while running.poll() is None and time.monotonic() < deadline:
            if world.new.dovecot.stored(user) > after and state.exists():
                break
    return world.new.dovecot.stored(user)


class _Killed:
    """A process that is not there any more when this is closed."""

    def __init__(self, process) -> None:
        self._process = process

    def close(self) -> None:
        """Kill -9 and wait."""
        self._process.kill()
        self._process.wait()
