"""Trying new out leaves nothing behind, and tells what new does to messages."""

from __future__ import annotations

import pytest

from migrate_mail.errors import NetError
from migrate_mail.sync.estimate import Speed
from migrate_mail.sync.probe import probe
from support.moving import ANNA, doors_for, fill


def _probe(move):
    account = move.inventory.accounts[0]
    with doors_for(move.inventory).new(account) as new:
        return probe(new)


def test_what_new_keeps_is_no_finding(move):
    """The lab keeps bytes, dates and flags; the scratch folder is gone, and nothing else was touched."""
    fill(move.old)
    move.sync()
    move.new.log.clear()
    before = {f: len(move.new.messages(ANNA, f)) for f in move.new.folders(ANNA)}

    found = _probe(move)

    assert found.findings == ()
    assert found.keywords
    assert {f: len(move.new.messages(ANNA, f)) for f in move.new.folders(ANNA)} == before
    deleted = [e.text for e in move.new.log if e.verb == "DELETE"]
    assert len(deleted) == 1
    assert "migrate-mail probe " in deleted[0]


def test_a_refusal_is_a_finding(move):
    """What new does not take is told in its own words, and the folder goes all the same."""
    move.new.faults.poison = b"Subject: long"

    found = _probe(move)

    assert [f for f in found.findings if "12,000" in f and "refused" in f]
    assert move.new.folders(ANNA) == ["INBOX"]


def test_what_an_earlier_probe_left_is_removed(move):
    """A probe that was killed leaves a folder; the next one takes it away, and no other folder."""
    left, similar = "INBOX.migrate-mail probe 0123abcd", "INBOX.migrate-mail probe of mine"
    move.new.make_folder(ANNA, left)
    move.new.make_folder(ANNA, similar)

    _probe(move)

    assert left not in move.new.folders(ANNA)
    assert similar in move.new.folders(ANNA)


def test_nothing_but_scratch_is_ever_deleted(move):
    """The session refuses to delete any other folder, before anything is sent."""
    account = move.inventory.accounts[0]
    with doors_for(move.inventory).new(account) as new:
        for name in (
            "INBOX",
            "INBOX.Sent",
            "migrate-mail probe",
            "migrate-mail probe 0123abcd/x",
        ):
            with pytest.raises(NetError, match="no scratch folder"):
                new.delete_scratch(name)
    assert "DELETE" not in move.new.verbs()


def test_an_estimate_is_for_all_connections():
    """Twice as much takes twice as long, over two connections half as long."""
    speed = Speed(bytes=4_000_000, messages=100, seconds=2.0)

    assert speed.estimate(40_000_000, 1_000, 1) == pytest.approx(20)
    assert speed.estimate(80_000_000, 2_000, 2) == pytest.approx(20)
    assert speed.estimate(40_000_000, 100_000, 1) > 20
