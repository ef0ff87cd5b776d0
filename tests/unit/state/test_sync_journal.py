"""The sync journal: intents, receipts, and where a sync stands."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from migrate_mail.state.records import SyncFailure
from support.store import NOON, message, writer

ANNA = "anna@example.org"


@pytest.fixture
def journal(tmp_path):
    """Give the journal of a state file that is open to write."""
    with writer(tmp_path / "migration.state") as store:
        yield store.sync


@pytest.fixture
def inbox(journal):
    """Give the number of Anna's inbox."""
    return journal.folder(ANNA, "INBOX", "INBOX", 7, 9).id


def test_a_folder_is_made_once(journal):
    """The same five facts are the same folder; another UIDVALIDITY is another folder."""
    one = journal.folder(ANNA, "INBOX.Geschäft", "Geschäft", 7, 9)

    assert journal.folder(ANNA, "INBOX.Geschäft", "Geschäft", 7, 9) == one
    assert journal.folder(ANNA, "INBOX.Geschäft", "Geschäft", 8, 9).id != one.id
    assert [f.old_uidvalidity for f in journal.folders(ANNA)] == [7, 8]
    assert journal.folders("ben@example.org") == []


def test_an_intent_becomes_a_receipt(journal, inbox):
    """An intent has no UID at new until its receipt is entered."""
    first, second = (
        message(inbox, 1, flags=("\\Flagged", "\\Seen")),
        message(inbox, 2, flags=()),
    )

    journal.intend([first, second])
    journal.receive(inbox, 1, 41)

    assert journal.messages(inbox) == {1: replace(first, new_uid=41), 2: second}


def test_an_intent_can_be_dropped_and_made_anew(journal, inbox):
    """What proved not to be there is forgotten, and may be tried again."""
    journal.intend([message(inbox, 1), message(inbox, 2)])

    journal.forget(inbox, 1)
    journal.intend([message(inbox, 2, uidnext=50)])

    assert [(m.old_uid, m.uidnext) for m in journal.messages(inbox).values()] == [(2, 50)]


def test_a_copied_message_is_not_intended_again(journal, inbox):
    """Sending what has a receipt would double it: the journal refuses, and the whole batch with it."""
    journal.intend([message(inbox, 1)])
    journal.receive(inbox, 1, 41)

    with pytest.raises(sqlite3.IntegrityError):
        journal.intend([message(inbox, 5), message(inbox, 1)])

    assert {u: m.new_uid for u, m in journal.messages(inbox).items()} == {1: 41}


def test_one_copy_has_one_original(journal, inbox):
    """A message at new cannot be the copy of two messages at old."""
    journal.intend([message(inbox, 1), message(inbox, 2)])
    journal.receive(inbox, 1, 41)

    with pytest.raises(sqlite3.IntegrityError):
        journal.receive(inbox, 2, 41)


def test_batches_are_all_or_nothing(journal, inbox):
    """When one receipt of a batch is impossible, none of it is entered."""
    journal.intend([message(inbox, uid) for uid in (1, 2, 3)])

    with pytest.raises(sqlite3.IntegrityError):
        journal.receive_all(inbox, {1: 41, 2: 42, 3: 41})

    assert {m.new_uid for m in journal.messages(inbox).values()} == {None}


def test_flags_follow(journal, inbox):
    """The flags last copied are those on record."""
    journal.intend([message(inbox, 1), message(inbox, 2)])

    journal.set_flags(inbox, 1, ())
    journal.set_all_flags(inbox, {2: ("$Work", "\\Seen")})

    assert [m.flags for m in journal.messages(inbox).values()] == [(), ("$Work", "\\Seen")]


def test_content_may_be_unknown(journal, inbox):
    """A message that was adopted without being read has no content hash."""
    journal.intend([message(inbox, 1, content="")])

    assert journal.messages(inbox)[1].content == ""


def test_failures_are_named_and_cleared_by_account(journal):
    """What could not be copied is listed by name until the next pass over its account."""
    big = SyncFailure(ANNA, "INBOX", 12, "The big one", "new refuses it: too big", NOON)
    folder = SyncFailure("ben@example.org", "Odd", None, "", "NO", NOON)
    journal.fail(folder)
    journal.fail(big)

    assert journal.failures() == [big, folder]
    assert journal.failures("ben@example.org") == [folder]

    journal.clear_failures(ANNA)
    assert journal.failures() == [folder]


def test_totals_say_where_each_account_stands(journal, inbox):
    """Copied, bytes, pending, failed and the last end, one line per account."""
    journal.intend([message(inbox, uid, size=100 * uid) for uid in (1, 2, 3)])
    journal.receive_all(inbox, {1: 1, 2: 2})
    journal.folder(ANNA, "Empty", "Empty", 1, 1)
    journal.account_done(ANNA, state="failed", at=NOON)
    journal.account_done(ANNA, state="incomplete", at=NOON + timedelta(hours=1))
    journal.fail(SyncFailure("ben@example.org", "", None, "", "AUTHENTICATIONFAILED", NOON))

    anna, ben = journal.totals()

    assert (anna.account, anna.folders, anna.copied, anna.bytes) == (ANNA, 2, 2, 300)
    assert (anna.pending, anna.failed) == (1, 0)
    assert (anna.last_at, anna.last_state) == (NOON + timedelta(hours=1), "incomplete")
    assert (ben.account, ben.copied, ben.failed, ben.last_at) == ("ben@example.org", 0, 1, None)


def test_a_folder_made_anew_is_counted_once(journal, inbox):
    """Copies in a folder that was replaced since (UIDVALIDITY) are not counted beside the present ones."""
    journal.intend([message(inbox, 1)])
    journal.receive(inbox, 1, 1)
    again = journal.folder(ANNA, "INBOX", "INBOX", 7, 10).id
    journal.intend([message(again, 1)])
    journal.receive(again, 1, 1)

    (anna,) = journal.totals()

    assert (anna.folders, anna.copied) == (1, 1)


def test_a_large_folder_is_read_in_pages(journal, inbox):
    """Every message of a folder larger than a page comes once, in order."""
    uids = list(range(1, 12_002, 2))
    journal.intend([message(inbox, uid) for uid in uids])

    assert [m.old_uid for m in journal.each_message(inbox)] == uids


def test_a_hundred_thousand_messages_stay_modest(tmp_path):
    """A folder of 100,000 messages costs about 100 bytes of file each, and seconds at most."""
    path = tmp_path / "migration.state"
    began = time.monotonic()
    with writer(path) as store:
        folder = store.sync.folder(ANNA, "INBOX", "INBOX", 7, 9).id
        for first in range(1, 100_001, 5000):
            uids = range(first, first + 5000)
            store.sync.intend([message(folder, uid) for uid in uids])
            store.sync.receive_all(folder, {uid: uid for uid in uids})

        known = store.sync.messages(folder)

    assert len(known) == 100_000
    assert path.stat().st_size < 150 * 100_000
    assert time.monotonic() - began < 20
