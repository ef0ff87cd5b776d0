"""The proof reads both sides again and sees what a map would hide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.moving import ANNA, AT, fill, message


def by_old(parities):
    """Return the comparison by folder at old."""
    return {p.old: p for p in parities}


@pytest.mark.parametrize("deep", [True, False])
def test_synced_account_is_equal(move, deep):
    """After a sync every folder is proved equal."""
    fill(move.old)
    move.sync()
    found = move.parity(deep=deep)
    assert all(p.equal and p.extra == 0 for p in found)
    assert sum(p.old_messages for p in found) == 14


def test_missing_message_is_named(move):
    """What new lacks is named with folder, UID, date and Message-ID."""
    fill(move.old)
    move.sync()
    move.new.remove(ANNA, "INBOX.Work.2024", move.new.messages(ANNA, "INBOX.Work.2024")[0].uid)
    folder = by_old(move.parity())["Work/2024"]
    assert not folder.equal
    [lost] = folder.missing
    assert (lost.folder, lost.what) == ("Work/2024", "<20@example.net>")
    assert lost.uid == move.old.messages(ANNA, "Work/2024")[0].uid
    assert lost.at == AT


def test_message_without_id_is_named_by_its_subject(move):
    """A lost message without Message-ID is still one that people can find."""
    move.old.deliver(ANNA, "INBOX", message(5, message_id=None), date=AT)
    [lost] = by_old(move.parity())["INBOX"].missing
    assert lost.what == "Message 5"


def test_swapped_message_is_found_by_content(move):
    """The same id with another text is not the same message."""
    move.old.deliver(ANNA, "INBOX", message(5, text="aaaa"), date=AT)
    move.new.deliver(ANNA, "INBOX", message(5, text="bbbb"), date=AT)
    folder = by_old(move.parity(deep=True))["INBOX"]
    assert (len(folder.missing), folder.extra) == (1, 1)


def test_other_flags_and_dates_are_listed(move):
    """Flags and dates are compared on their own, so that the message is not called missing."""
    move.old.deliver(ANNA, "INBOX", message(1), flags=["\\Seen"], date=AT)
    move.old.deliver(ANNA, "INBOX", message(2), date=AT)
    move.new.deliver(ANNA, "INBOX", message(1), date=AT)
    move.new.deliver(ANNA, "INBOX", message(2), date=AT + timedelta(seconds=1))
    folder = by_old(move.parity())["INBOX"]
    assert folder.complete
    assert not folder.equal
    assert [(d.what, d.old, d.new) for d in folder.flags] == [("<1@example.net>", "\\Seen", "")]
    assert [d.what for d in folder.dates] == ["<2@example.net>"]


def test_folder_that_is_not_there_lacks_everything(move):
    """A folder that was never made is missing with all its mail."""
    fill(move.old)
    folder = by_old(move.parity())["Sent"]
    assert (folder.new_messages, len(folder.missing)) == (0, 3)


def test_new_mail_at_new_is_extra_not_wrong(move):
    """After the switch new mail arrives there: counted, not complained about."""
    fill(move.old)
    move.sync()
    move.new.deliver(ANNA, "INBOX", message(500), date=AT)
    folder = by_old(move.parity())["INBOX"]
    assert (folder.equal, folder.extra) == (True, 1)
