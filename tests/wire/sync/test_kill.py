"""Killed with SIGKILL anywhere, and run again: each message is at new exactly once."""

from __future__ import annotations

import signal

import pytest

from support.killer import Killer
from support.moving import ANNA, AT, assert_same, contents, message

TARGETS = {"INBOX": "INBOX", "Twice": "INBOX.Twice"}


@pytest.fixture(scope="module")
def killer():
    """Give a function that syncs in another process, which kills itself at a place."""
    with Killer() as kill:
        yield lambda move, place, **more: kill(
            place, base=str(move.inventory.base), old=move.old.port, new=move.new.port, **more
        )


def fill(move):
    """Put few messages into two folders: one twice, two with one id."""
    for n in range(1, 5):
        move.old.deliver(ANNA, "INBOX", message(n), flags=["\\Seen"][: n % 2], date=AT)
    move.old.deliver(ANNA, "INBOX", message(4, text="another text"), date=AT)
    for _ in range(2):
        move.old.deliver(ANNA, "Twice", message(9), flags=["$Label"], date=AT)


def again(move):
    """Run to the end, twice; the second run must have nothing to do."""
    assert move.sync().state == "done"
    assert_same(move, targets=TARGETS)
    move.new.log.clear()
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 0, 0)
    assert move.appends() == 0


@pytest.mark.parametrize("place", range(1, 49, 2))
def test_killed_anywhere_and_run_again(move, killer, place):
    """Between intent, APPEND, its OK and the receipt: nothing is lost, nothing is doubled."""
    fill(move)
    assert killer(move, place) == -signal.SIGKILL
    again(move)


@pytest.mark.parametrize("place", range(1, 201))
def test_killed_without_receipts_and_run_again(move, killer, place):
    """Two hundred places on a server without UIDPLUS and MULTIAPPEND, where only looking helps."""
    move.new.faults.without = {"UIDPLUS", "MULTIAPPEND"}
    fill(move)
    for n in range(20, 50):
        move.old.deliver(ANNA, "Twice", message(n), date=AT)
    assert killer(move, place) == -signal.SIGKILL
    again(move)


@pytest.mark.parametrize("place", range(1, 120, 4))
def test_killed_with_two_connections_and_run_again(move, killer, place):
    """Large messages are under way over two connections: that changes nothing."""
    fill(move)
    for n in range(20, 32):
        move.old.deliver(ANNA, "INBOX", message(n, size=2000), date=AT)
    assert killer(move, place, large=1000) == -signal.SIGKILL
    again(move)


def test_killed_again_and_again(move, killer):
    """A sync that is killed over and over gets there in the end."""
    fill(move)
    deaths = 0
    while killer(move, 18) == -signal.SIGKILL:
        deaths += 1
        assert deaths < 40
    assert deaths > 3
    again(move)


def test_killed_and_the_state_file_lost(move, killer):
    """Even without the journal nothing is doubled."""
    fill(move)
    assert killer(move, 17) == -signal.SIGKILL
    assert 0 < contents(move.new, ANNA, "INBOX").total() < 5
    move.forget_state()
    again(move)
