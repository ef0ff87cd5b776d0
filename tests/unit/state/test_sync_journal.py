"""The sync journal: windows, receipts, and where a sync stands."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta

import pytest

from migrate_mail.state.records import FolderLook, SyncFailure
from support.store import NOON, receipt, writer

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


def test_receipts_are_kept(journal, inbox):
    """A receipt says which message at new is which at old, how large, with which flags, and whose."""
    ours = receipt(1, 41, flags=("\\Flagged", "\\Seen"))
    found = receipt(2, 7, flags=(), ours=False)

    journal.enter(inbox, [ours, found])

    assert list(journal.copies(inbox)) == [ours, found]
    assert (journal.count(inbox), journal.claimed(inbox)) == (2, {7, 41})
    assert journal.claimed(inbox, 8) == {41}


def test_a_window_stays_until_it_is_closed(journal, inbox):
    """Where a copy was cut off is known by folder, with new's UIDNEXT from before."""
    other = journal.folder("ben@example.org", "INBOX", "INBOX", 7, 9).id
    journal.open_windows({inbox: 40, other: 2})
    journal.open_windows({inbox: 50})

    assert journal.windows(ANNA) == {inbox: 50}
    assert [t.pending for t in journal.totals()] == [1, 1]

    journal.close_windows([inbox])
    assert journal.windows(ANNA) == {}


def test_a_copied_message_is_not_entered_again(journal, inbox):
    """A second receipt for a message is refused, and the whole batch with it."""
    journal.enter(inbox, [receipt(1, 41)])

    with pytest.raises(sqlite3.IntegrityError):
        journal.enter(inbox, [receipt(5, 45), receipt(1, 42)])

    assert [(c.old_uid, c.new_uid) for c in journal.copies(inbox)] == [(1, 41)]


def test_one_copy_has_one_original(journal, inbox):
    """A message at new cannot be the copy of two messages at old."""
    journal.enter(inbox, [receipt(1, 41)])

    with pytest.raises(sqlite3.IntegrityError):
        journal.enter(inbox, [receipt(2, 41)])


def test_receipts_can_be_dropped(journal, inbox):
    """A copy that is gone can be forgotten."""
    journal.enter(inbox, [receipt(1), receipt(2)])

    journal.forget_all(inbox, [1])

    assert [c.old_uid for c in journal.copies(inbox)] == [2]


def test_flags_follow(journal, inbox):
    """The flags last copied are those on record."""
    journal.enter(inbox, [receipt(1), receipt(2)])

    journal.set_all_flags(inbox, {1: (), 2: ("$Work", "\\Seen")})

    assert [c.flags for c in journal.copies(inbox)] == [(), ("$Work", "\\Seen")]


def test_the_last_look_is_remembered(journal, inbox):
    """How a folder was and what came of it; the books add up or they do not."""
    look = FolderLook(8, 7, 12, found=7, copied=4, already=1, skipped=1, failed=1, at=NOON)
    journal.looked({inbox: look._replace(messages=6)})
    journal.looked({inbox: look})

    assert journal.looks(ANNA) == {inbox: look}
    assert look.adds_up
    assert not look._replace(found=8).adds_up


def test_many_folders_are_made_at_once(journal):
    """Records come in the order of their keys, made or found."""
    first = journal.folder(ANNA, "a", "a", 1, 1)
    keys = [(ANNA, "b", "b", 1, 1), (ANNA, "a", "a", 1, 1)]

    records = journal.folders_of(keys)

    assert [r.old_name for r in records] == ["b", "a"]
    assert records[1] == first


def test_failures_are_named_and_cleared_by_account(journal):
    """What could not be copied is listed by name until the next pass over its account."""
    big = SyncFailure(
        ANNA,
        "INBOX",
        12,
        "The big one",
        "new refuses it: too big",
        NOON,
        "skipped",
        "ben@example.net",
        9,
        "2026-01-01",
        "waive it",
    )
    folder = SyncFailure("ben@example.org", "Odd", None, "", "NO", NOON)
    journal.fail([folder])
    journal.fail([big])

    assert journal.failures() == [big, folder]
    assert journal.failures("ben@example.org") == [folder]

    journal.clear_failures(ANNA, ["Other"])
    assert journal.failures(ANNA) == [big]
    journal.clear_failures(ANNA, ["INBOX"])
    journal.clear_failures(ANNA)
    assert journal.failures() == [folder]


def test_totals_say_where_each_account_stands(journal, inbox):
    """Copied, bytes, pending, failed and the last end, one line per account."""
    journal.enter(inbox, [receipt(uid, size=100 * uid) for uid in (1, 2)])
    journal.open_windows({inbox: 1})
    journal.folder(ANNA, "Empty", "Empty", 1, 1)
    journal.account_done(ANNA, state="failed", at=NOON)
    journal.account_done(ANNA, state="incomplete", at=NOON + timedelta(hours=1))
    journal.fail([SyncFailure("ben@example.org", "", None, "", "AUTHENTICATIONFAILED", NOON)])

    anna, ben = journal.totals()

    assert (anna.account, anna.folders, anna.copied, anna.bytes) == (ANNA, 2, 2, 300)
    assert (anna.pending, anna.failed) == (1, 0)
    assert (anna.last_at, anna.last_state) == (NOON + timedelta(hours=1), "incomplete")
    assert (ben.account, ben.copied, ben.failed, ben.last_at) == ("ben@example.org", 0, 1, None)


def test_a_folder_made_anew_is_counted_once(journal, inbox):
    """Copies in a folder that was replaced since (UIDVALIDITY) are not counted beside the present ones."""
    journal.enter(inbox, [receipt(1)])
    again = journal.folder(ANNA, "INBOX", "INBOX", 7, 10).id
    journal.enter(again, [receipt(1)])

    (anna,) = journal.totals()

    assert (anna.folders, anna.copied) == (1, 1)


def test_a_large_folder_is_read_in_pages(journal, inbox):
    """Every message of a folder larger than a page comes once, in order."""
    uids = list(range(1, 12_002, 2))
    journal.enter(inbox, [receipt(uid) for uid in uids])

    assert [c.old_uid for c in journal.copies(inbox)] == uids


def test_a_hundred_thousand_messages_stay_modest(tmp_path):
    """A folder of 100,000 messages costs about 100 bytes of file each, and seconds at most."""
    path = tmp_path / "migration.state"
    began = time.monotonic()
    with writer(path) as store:
        folder = store.sync.folder(ANNA, "INBOX", "INBOX", 7, 9).id
        for first in range(1, 100_001, 5000):
            store.sync.enter(folder, [receipt(uid) for uid in range(first, first + 5000)])

        known = sum(1 for _ in store.sync.copies(folder))

    assert known == 100_000
    assert path.stat().st_size < 150 * 100_000
    assert time.monotonic() - began < 90


def test_whoever_was_worked_on_is_known(journal, inbox):
    """By a folder, by a failure, or by a pass that only came to its end."""
    journal.fail([SyncFailure("ben@example.org", "Junk", None, "", "refused", NOON)])
    journal.account_done("clara@example.org", state="failed", at=NOON)

    assert journal.accounts() == {ANNA, "ben@example.org", "clara@example.org"}
