"""Our own test messages: never copied, in neither direction, never missed, and in the books by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.state.records import DeliveryRecord
from migrate_mail.state.store import Store
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.phase import Course, SyncPhase
from migrate_mail.sync.preview import Known, preview
from migrate_mail.sync.proof import Depth, prove
from support.moving import ANNA, AT, BERT, doors_for, message

TEST = message(9, message_id=f"<migrate-mail-probe.{'ab' * 16}@probe.example.net>")


@pytest.fixture
def tested(move):
    """Give a migration whose canary, Anna, has a test message between two others at old."""
    for body in (message(1), TEST, message(2)):
        move.old.deliver(ANNA, "INBOX", body, date=AT)
    with Store.open(move.state, command="preflight") as store:
        store.record_delivery(
            DeliveryRecord("ab" * 16, ANNA, "mx1 [192.0.2.1]:25", AT, "250 ok")
        )
    return move


def _proof(move):
    doors: Doors = doors_for(move.inventory)
    now = datetime.now(UTC)
    account = move.inventory.accounts[0]
    return prove(account, doors, Depth(), known={}, now=now, tell=lambda *_: None)


def _told(move, skipped: int) -> None:
    """See that the books add up, and name what was left out."""
    failures = move.failures()
    assert [(f.kind, f.uid, f.reason) for f in failures] == [
        ("skipped", 102, "a test message of migrate-mail")
    ] * skipped


def test_a_first_copy_leaves_it_out(tested):
    """Into an empty mailbox, where nothing else would have to be compared."""
    outcome = tested.sync()
    assert (outcome.state, outcome.copied, outcome.failed) == ("done", 2, 0)
    assert [m.body for m in tested.new.messages(ANNA)] == [message(1), message(2)]
    _told(tested, 1)


def test_a_second_run_leaves_it_out_too(tested):
    """It is no news, and costs nothing."""
    tested.sync()
    outcome = tested.sync()
    assert (outcome.state, outcome.copied) == ("done", 0)
    _told(tested, 1)
    tested.old.deliver(ANNA, "INBOX", message(3), date=AT)
    assert tested.sync().copied == 1
    assert len(tested.new.messages(ANNA)) == 3


def test_nobody_misses_it(tested):
    """The proof that everything at old is at new is not disturbed by it."""
    tested.sync()
    proof = _proof(tested)
    assert (proof.missing, proof.different, proof.unseen) == (0, 0, False)
    assert [f.old_messages for f in proof.folders if f.old == "INBOX"] == [2]


def test_the_dry_run_says_so(tested):
    """What is left out is counted by reason."""
    [account] = tested.inventory.accounts[:1]
    with Store.read(tested.state) as store:
        told = preview(account, doors_for(tested.inventory), Known(store.sync))
    [inbox] = [f for f in told.folders if f.old == "INBOX"]
    assert [(s.messages, s.reason.partition(":")[0]) for s in inbox.skipped] == [
        (1, "a test message of migrate-mail")
    ]


def test_it_does_not_go_back(move):
    """What came to new since the switch goes back to old, but for our own."""
    since = datetime.now(UTC) - timedelta(hours=1)
    move.sync()
    for body in (message(4), TEST):
        move.new.deliver(ANNA, "INBOX", body, date=datetime.now(UTC))
    move.course = Course({"example.org": SyncPhase.BACK}, {"example.org": since})
    outcome = move.sync()
    assert (outcome.state, outcome.copied) == ("done", 1)
    assert [m.body for m in move.old.messages(ANNA)] == [message(4)]


def test_an_account_that_was_sent_no_test_mail_is_not_searched(tested):
    """Its first copy reads nothing but what it copies."""
    for n in range(3):
        tested.old.deliver(BERT, "INBOX", message(n), date=AT)
    tested.sync()
    assert [entry for entry in tested.old.log if "(MESSAGE-ID)" in entry.text]
    tested.old.log.clear()
    tested.sync(BERT)
    assert not [entry for entry in tested.old.log if "(MESSAGE-ID)" in entry.text]
    assert len(tested.new.messages(BERT)) == 3
