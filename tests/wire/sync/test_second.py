"""Accounts with large messages: two connections to new when one is to spare, and what breaks them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from migrate_mail.lab.imap_wire import AppendDrop
from migrate_mail.net import imap_turns
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import Desk, Tally
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.meter import throttles_for
from migrate_mail.sync.phase import Course, SyncPhase
from migrate_mail.sync.second import Second
from support.moving import ANNA, AT, BERT, assert_same, doors_for, inventory_for, message

INBOX = {"INBOX": "INBOX"}
COUNT = 12


@pytest.fixture
def large(move, monkeypatch):
    """Give a migration with a connection to spare, and messages that count as large."""
    monkeypatch.setattr(imap_turns, "LARGE", 1000)
    move.spare = threading.Semaphore(1)
    for n in range(COUNT):
        move.old.deliver(ANNA, "INBOX", message(n, size=2000), date=AT)
    return move


def logins(move):
    """Count the logins at new."""
    return sum(entry.verb == "AUTHENTICATE" for entry in move.new.log)


def in_order(move):
    """Tell whether both sides hold the same messages in the same order."""
    old, new = ([m.body for m in s.messages(ANNA)] for s in (move.old, move.new))
    return old == new


def test_large_ones_go_over_two(large):
    """All is copied once, in its order, over two connections; the second is given back."""
    outcome = large.sync()
    assert (outcome.state, outcome.copied) == ("done", COUNT)
    assert logins(large) == 2
    assert in_order(large)
    assert_same(large, targets=INBOX)
    assert large.spare.acquire(blocking=False)


def test_what_the_second_was_asked_is_counted(large):
    """The commands of both connections are in the day's count, and those of the login."""
    large.sync()
    query = "SELECT commands FROM sync_usage WHERE side = 'new'"
    with closing(sqlite3.connect(large.state)) as state:
        ((counted,),) = state.execute(query).fetchall()
    asked = [entry for entry in large.new.log if entry.verb != "LOGOUT"]
    assert counted == len(asked) + 2  # each of them was asked to log out


def test_without_one_to_spare_one_is_enough(large):
    """Where all connections are for accounts, none of them takes two."""
    large.spare = threading.Semaphore(0)
    assert large.sync().copied == COUNT
    assert logins(large) == 1


def test_small_ones_need_no_second(large):
    """Nothing is opened for mail that one connection carries well."""
    for n in range(50, 60):
        large.old.deliver(BERT, "INBOX", message(n), date=AT)
    assert large.sync(BERT).copied == 10
    assert logins(large) == 1


def test_the_way_back_writes_at_old(large):
    """Mail that goes back for a rollback is appended at old, over two connections, and nothing at new."""
    for n in range(50, 50 + COUNT):
        large.new.deliver(ANNA, "INBOX", message(n, size=2000), date=AT)
    large.course = Course({"example.org": SyncPhase.BACK}, {"example.org": AT - timedelta(1)})
    outcome = large.sync()
    assert (outcome.state, outcome.copied) == ("done", COUNT)
    assert sum(entry.verb == "AUTHENTICATE" for entry in large.old.log) == 2
    assert "APPEND" not in large.new.verbs()
    brought = [m.body for m in large.old.messages(ANNA)][COUNT:]
    assert brought == [m.body for m in large.new.messages(ANNA)]


def test_a_throttle_means_one(large):
    """Who asked for less speed gets no second connection."""
    systems = large.inventory.spec.systems
    slow = throttles_for(systems, 10**9, now=lambda: 0.0, wait=lambda _: None)
    with Store.open(large.state, command="sync") as store:
        kit = replace(large.kit(store), throttles=slow)
        assert sync_account(large.inventory.accounts[0], kit).copied == COUNT
    assert logins(large) == 1


def test_new_may_refuse_it(large):
    """A server that lets one of us in copies all over one, without a pause."""
    large.new.faults.max_connections = 1
    outcome = large.sync()
    assert (outcome.state, outcome.copied, large.waits) == ("done", COUNT, [])
    assert logins(large) == 1
    assert large.spare.acquire(blocking=False)


def test_the_last_account_gets_the_connections_of_the_others(large):
    """While no account waits for its turn, what one that is done has used goes to one that is not."""
    large.spare = threading.Semaphore(0)
    free = threading.Event()

    def watch(progress):
        if progress.account == ANNA and progress.state == "copying" and not free.is_set():
            assert large.spare.acquire(timeout=10)  # bert is done
            large.spare.release()
            free.set()

    large.watch = watch
    outcomes = large.sync_all(jobs=2)
    assert [o.copied for o in outcomes] == [COUNT, 0]
    assert sum(e.verb == "AUTHENTICATE" for e in large.new.log) == 3


def test_connections_of_waiting_accounts_are_not_to_spare(large):
    """As long as another account waits for a connection it gets the next."""
    large.spare = threading.Semaphore(0)
    large.sync_all(jobs=1)
    assert large.spare.acquire(blocking=False)  # of the last one
    assert not large.spare.acquire(blocking=False)


def test_it_is_not_opened_again_and_again(large):
    """A server that ends every second connection sees five of them, not one for each message."""
    account = large.inventory.accounts[0]
    with Store.open(large.state, command="sync") as store:
        kit = large.kit(store)
        both = kit.doors.both(account, back=False)
        with Desk(account, kit, Tally(ANNA), both) as desk, Second(desk) as second:
            assert [second() is not None for _ in range(7)] == [True] * 5 + [False] * 2
    assert logins(large) == 6
    assert large.spare.acquire(blocking=False)


@pytest.mark.parametrize("when", ["before-store", "before-ok", "after-ok"])
@pytest.mark.parametrize("after", range(1, COUNT))
def test_either_may_break(large, when, after):
    """After a lost line the sync goes on over one connection; nothing is lost, doubled or shuffled."""
    large.new.faults.drop = AppendDrop(after, when)
    outcome = large.sync()
    assert (outcome.state, outcome.failed) == ("done", 0)
    assert_same(large, targets=INBOX)
    assert in_order(large)
    # One that leaves behind its last answer has broken nothing.
    unharmed = when == "after-ok" and not large.waits
    assert unharmed or (len(large.waits), logins(large)) == (1, 3)


def test_what_is_left_over(tmp_path):
    """As many as no account needs; where old and new are one server an account needs two."""
    apart = inventory_for(tmp_path, 1, 2, connections=8)
    systems = apart.spec.systems
    same = systems.model_copy(update={"new": systems.old})
    one = replace(apart, spec=apart.spec.model_copy(update={"systems": same}))
    assert [doors_for(apart).left_over(n) for n in (1, 7, 8)] == [7, 1, 0]
    assert [doors_for(one).left_over(n) for n in (1, 3, 4)] == [6, 2, 0]
