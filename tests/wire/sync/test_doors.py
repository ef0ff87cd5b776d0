"""Logins that are begun before anybody needs them."""

from __future__ import annotations

import time

import pytest

from migrate_mail.errors import NetError
from support.moving import ANNA, doors_for


def _logins(server) -> int:
    return sum(entry.verb == "AUTHENTICATE" for entry in server.log)


def _ended(server) -> bool:
    return [entry.verb for entry in server.log][-1] == "LOGOUT"


def _account(move):
    return next(a for a in move.inventory.accounts if a.address == ANNA)


def test_a_login_that_was_begun_is_taken_over_once(move):
    """The first caller gets the begun sessions, the next one logs in anew."""
    doors = doors_for(move.inventory)
    doors.begin(_account(move), back=False)
    for logins in (1, 2):
        reader, writer = doors.both(_account(move), back=False)
        with reader, writer:
            assert not hasattr(reader, "append")
            assert writer.statuses(["INBOX"])()["INBOX"].messages == 0
        assert (_logins(move.old), _logins(move.new)) == (logins, logins)


def test_a_login_that_nobody_wants_is_ended(move):
    """Abandoned sessions log out: a server with few connections gets them back."""
    doors = doors_for(move.inventory)
    doors.begin(_account(move), back=True)
    doors.abandon()
    # Nobody waits for the answer to a LOGOUT, so it may come a moment later.
    until = time.monotonic() + 10
    while not all(_ended(side) for side in (move.old, move.new)):
        assert time.monotonic() < until


def test_a_begun_login_that_is_refused_is_told_to_who_asks(move):
    """The refusal comes out where the sessions are wanted, and is no news to `abandon`."""
    move.new.faults.login_disabled = True
    doors = doors_for(move.inventory)
    doors.begin(_account(move), back=False)
    with pytest.raises(NetError) as told:
        doors.both(_account(move), back=False)
    assert told.value.kind == "auth"
    doors.begin(_account(move), back=False)
    doors.abandon()
