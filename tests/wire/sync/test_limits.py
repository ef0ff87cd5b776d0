"""Rates on the wire, and budgets that last over restarts."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from migrate_mail.state.store import Store
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.meter import throttles_for
from migrate_mail.sync.preview import preview
from support.mini_imap import GMAIL, MiniServer
from support.mini_moving import NOON, MiniMove, inventory_of
from support.moving import message


@pytest.fixture
def servers():
    """Give two small servers, twelve messages of 25 kB at old."""
    with MiniServer() as old, MiniServer() as new:
        for n in range(12):
            old.deliver(["INBOX"], message(n, size=25_000))
        yield old, new


def held(mini):
    """Sync with the throttles of migration.yaml, on the real clock."""
    wait = threading.Event().wait
    systems = mini.inventory.spec.systems
    throttles = throttles_for(systems, None, now=time.monotonic, wait=wait)
    with Store.open(mini.inventory.base / "migration.state", command="sync") as store:
        return sync_account(mini.inventory.accounts[0], mini.kit(store, throttles=throttles))


@pytest.mark.parametrize("side", ["old", "new"])
def test_bytes_a_second_are_kept_at_the_server(servers, tmp_path, side):
    """New sees no more bytes than the rate allows, whichever side is limited."""
    limited = {side: {"limits": {"rate": "200kB/s"}}}
    mini = MiniMove(*servers, inventory_of(tmp_path, servers, **limited))
    assert held(mini).state == "done"
    came = mini.new.came
    begin, sent = came[0][0], 0
    for at, size in came:
        sent += size
        assert sent <= 200_000 * (at - begin + 1) * 1.1 + 3 * 65536
    assert sent > 300_000
    assert came[-1][0] - begin > 0.35  # 300 kB less the second that is given at once


def test_messages_a_second_are_kept(servers, tmp_path):
    """Messages come no faster than asked."""
    limited = {"new": {"limits": {"messages": "10/s"}}}
    mini = MiniMove(*servers, inventory_of(tmp_path, servers, **limited))
    started = time.monotonic()
    assert held(mini).state == "done"
    assert time.monotonic() - started > 0.15  # twelve, ten of them at once


def test_used_up_budget_ends_the_day_and_the_next_run_goes_on(servers, tmp_path):
    """An account pauses when the day is used up, also over restarts, and is complete days later."""
    limited = {"new": {"limits": {"per_day": "110kB"}}}
    mini = MiniMove(*servers, inventory_of(tmp_path, servers, **limited))
    first = mini.sync()
    assert (first.state, first.copied, first.until) == (
        "paused",
        4,
        "2026-11-25T00:00:00+00:00",
    )
    assert "the 110kB that migration.yaml allows a day are used up" in first.reason
    assert "run the same command then" in first.reason
    again = mini.sync()
    assert (again.state, again.copied) == ("paused", 0)
    states = []
    while len(states) < 5 and "done" not in states:
        mini.now += timedelta(days=1)
        states.append(mini.sync().state)
    assert states == ["paused", "done"]
    assert mini.bodies(mini.old) == mini.bodies(mini.new)


def test_the_time_left_counts_the_budget(servers, tmp_path):
    """While four of twelve messages a day are let through, the last are days away, and that is told."""
    limited = {"new": {"limits": {"per_day": "110kB"}}}
    mini = MiniMove(*servers, inventory_of(tmp_path, servers, **limited))
    to_midnight = timedelta(hours=12).total_seconds()

    mini.sync()
    told = [p for p in mini.seen if p.state == "paused"][-1]
    assert (told.total - told.done, told.held) == (8, to_midnight + 86_400)

    mini.now += timedelta(days=1)
    mini.sync()
    told = [p for p in mini.seen if p.state == "paused"][-1]
    assert (told.total - told.done, told.held) == (4, to_midnight)


def test_midnight_begins_a_new_budget(servers, tmp_path):
    """A run that lasts over midnight goes on with the next day's bytes."""
    limited = {"new": {"limits": {"per_day": "110kB"}}}
    mini = MiniMove(*servers, inventory_of(tmp_path, servers, **limited))
    mini.sync()

    class Midnight(list):
        def append(self, progress):
            super().append(progress)
            if progress.state == "copying" and len(self) < 4:
                mini.now = NOON + timedelta(days=1)

    mini.seen = Midnight()
    second = mini.sync()
    assert (second.state, second.copied, second.until[:10]) == ("paused", 4, "2026-11-26")


def test_dry_run_tells_the_days(tmp_path):
    """Before the first byte: how many days Gmail's budget makes of it."""
    with MiniServer() as old, MiniServer(able=GMAIL) as new:
        old.deliver(["INBOX"], message(1, size=25_000))
        old.size = 2_100_000_000
        mini = MiniMove(old, new, inventory_of(tmp_path, (old, new)))
        found = preview(mini.inventory.accounts[0], mini.doors(), clock=lambda: mini.now)
    assert found.pace == "4.2 days at Gmail's 500MB/day"
