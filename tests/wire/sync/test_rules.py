"""What migration.yaml says about folders and messages holds, and the books say what was left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate_mail.inventory.sync_rules import SyncSettings
from migrate_mail.state.store import Store
from support.moving import ANNA, AT, fill, message


@pytest.fixture
def ruled(move):
    """Give a function that sets the `sync:` section."""

    def rule(**settings):
        spec = move.inventory.spec
        sync = SyncSettings.model_validate(settings)
        move.inventory = replace(move.inventory, spec=spec.model_copy(update={"sync": sync}))

    return rule


def books(move):
    """Return the last look at each folder of Anna's, by name at old."""
    with Store.read(move.state) as store:
        names = {r.id: r.old_name for r in store.sync.folders(ANNA)}
        return {names[i]: look for i, look in store.sync.looks(ANNA).items()}


def test_an_excluded_folder_is_not_copied_and_is_named(move, ruled):
    """It is in the list of what was not copied, as skipped, and does not make the sync incomplete."""
    fill(move.old)
    ruled(folders={"exclude": ["Work"], "map": {"Sent": "Out"}})
    assert move.sync().state == "done"
    assert set(move.new.folders(ANNA)) >= {"INBOX", "INBOX.Out", "INBOX.Drafts"}
    assert not [f for f in move.new.folders(ANNA) if "Work" in f]
    left = {(f.folder, f.kind) for f in move.failures()}
    assert left == {("Work/2024", "skipped"), ("Work/Grün & blau", "skipped")}
    assert move.sync().state == "done"
    assert len(move.failures()) == 2


def test_a_folder_that_is_wanted_again_is_copied(move, ruled):
    """The rule is gone: the mail comes, and the books no longer call it skipped."""
    fill(move.old)
    ruled(folders={"exclude": ["Work"]})
    move.sync()
    ruled()
    assert move.sync().copied == 3
    assert move.failures() == []


def test_a_message_that_is_too_large_is_named(move, ruled):
    """Skipped mail has folder, UID, sender, subject, size, date, reason and remedy; the books add up."""
    move.old.deliver(ANNA, "INBOX", message(1, size=60_000), date=AT)
    move.old.deliver(ANNA, "INBOX", message(2), date=AT)
    ruled(messages={"skip": {"larger_than": "50kB"}})
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.failed) == ("done", 1, 0)
    (entry,) = move.failures()
    assert (entry.folder, entry.uid, entry.kind) == ("INBOX", 101, "skipped")
    assert (entry.sender, entry.subject) == ("sender1@example.net", "Message 1")
    assert entry.size > 60_000
    assert entry.date == AT.isoformat()
    assert "larger than 50" in entry.reason
    assert "larger_than" in entry.remedy
    inbox = books(move)["INBOX"]
    assert (inbox.found, inbox.copied, inbox.skipped, inbox.adds_up) == (2, 1, 1, True)


def test_a_skipped_message_is_copied_when_the_rule_is_gone(move, ruled):
    """Also when nothing else changed at old."""
    move.old.deliver(ANNA, "INBOX", message(1, size=60_000), date=AT)
    ruled(messages={"skip": {"larger_than": "50kB"}})
    assert move.sync().copied == 0
    ruled()
    assert move.sync().copied == 1
    assert move.failures() == []
    assert books(move)["INBOX"].skipped == 0


def commands(move) -> list[str]:
    """Sync with nothing to do; return the names of all commands that this took, in order."""
    move.old.log.clear()
    move.new.log.clear()
    assert move.sync().state == "done"
    # LOGOUT is not waited for: the server may note it when the next pass has begun.
    verbs = (entry.verb for entry in [*move.old.log, *move.new.log])
    return sorted(verb for verb in verbs if verb != "LOGOUT")


def test_nothing_to_do_takes_as_many_commands_for_many_messages_as_for_few(move):
    """A second pass does not grow with the mail; it appends nothing."""
    for n in range(5):
        move.old.deliver(ANNA, "INBOX", message(n), date=AT)
    move.sync()
    few = commands(move)
    for n in range(5, 800):
        move.old.deliver(ANNA, "INBOX", message(n), date=AT)
    move.sync()
    assert commands(move) == few
    assert "APPEND" not in few
