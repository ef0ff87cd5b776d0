"""A sync that is killed at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import signal
import time

import pytest

from real.cli import Admin
from real.compare import contents, differences
from real.project import write_project
from real.servers.world import DOMAIN, PLACES, SPARES, World
from support.killer import Killer

pytestmark = pytest.mark.real

ANNA = f"anna@{DOMAIN}"
COUNT = 74
"""Anna's messages: the kills are spread over the copying of them."""
MOMENTS = len(SPARES)
EVENTS = 330
"""A run has a few more: how many depends on how the packets come."""


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_each_message_is_copied_exactly_once(world, tmp_path, moment):
    """Killed when so many messages are at new, run again: each message is there exactly once."""
    spare = f"spare-{moment:02}@{DOMAIN}"
    admin = Admin(tmp_path, write_project(world, tmp_path, moves={ANNA: spare}))
    kill_a_sync(admin, world, spare, after=moment * COUNT // MOMENTS)

    admin.runs("sync")

    old, new = contents(world.old, ANNA), contents(world.new, spare)
    assert sum(c.total() for c in old.values()) == COUNT
    assert differences(old, new) == []


def test_killed_again_and_again_it_still_ends(world, tmp_path):
    """Nine kills one after the other, a few messages apart, then the end: each exactly once."""
    user = f"bernd@{DOMAIN}"
    admin = Admin(tmp_path, write_project(world, tmp_path, moves={user: user}))
    for kill in range(9):
        kill_a_sync(admin, world, user, after=6 * kill)

    admin.runs("sync")

    assert differences(contents(world.old, user), contents(world.new, user)) == []


@pytest.fixture(scope="module")
def killer():
    """Give a process that syncs and kills itself at the n-th event."""
    with Killer() as kill:
        yield kill


@pytest.mark.parametrize("number", range(len(PLACES)))
def test_killed_at_any_place_and_run_again(world, tmp_path, killer, number):
    """Two hundred places, spread over a run: each message is there exactly once."""
    user = f"place-{number:03}@{DOMAIN}"
    write_project(world, tmp_path, moves={ANNA: user})
    assert killer(1 + number * EVENTS // len(PLACES), project=str(tmp_path)) == -signal.SIGKILL

    assert killer(0, project=str(tmp_path)) == 0

    assert differences(contents(world.old, ANNA), contents(world.new, user)) == []


def kill_a_sync(admin: Admin, world: World, user: str, *, after: int) -> None:
    """Start a sync and kill -9 it as soon as more than `after` messages are stored at new.

    The watched files are new's own, so the kill falls between a message that new has and the
    receipt for it, or into the next one; by how much is left to chance.
    """
    running = admin.starts("sync")
    deadline = time.monotonic() + 30
    try:
        while world.new.dovecot.stored(user) <= after and running.poll() is None:
            assert time.monotonic() < deadline, "the sync does not get on"
            time.sleep(0.001)
    finally:
        running.kill()
        running.wait()
    said = (admin.folder / "sync.said").read_text()
    assert running.returncode == -signal.SIGKILL, f"it ended before it could be killed: {said}"
