"""What goes wrong on the way: nothing is lost, nothing is doubled, and it has a name."""

from __future__ import annotations

import pytest

from migrate_mail.cli.sync_text import outcome_line
from migrate_mail.lab.imap_wire import AppendDrop
from migrate_mail.state.store import Store
from support.moving import ANNA, AT, BERT, assert_same, contents, fill, message

INBOX = {"INBOX": "INBOX"}


@pytest.mark.parametrize("when", ["before-store", "before-ok", "after-ok"])
@pytest.mark.parametrize("after", [0, 2, 4])
@pytest.mark.parametrize("uidplus", [True, False])
def test_dropped_connection_is_resumed(move, when, after, uidplus):
    """The sync goes on by itself after a lost line, and an APPEND in doubt is looked for, not repeated."""
    fill(move.old)
    move.new.faults.drop = AppendDrop(after, when)
    if not uidplus:
        move.new.faults.without = {"UIDPLUS"}
    outcome = move.sync()
    assert (outcome.state, outcome.failed) == ("done", 0)
    assert len(move.waits) == 1
    assert_same(move)


def test_flags_that_new_does_not_keep_are_listed(move):
    """A flag that may not be sent is left out, the message is copied, and the outcome names it."""
    for n in range(3):
        move.old.deliver(
            ANNA, "INBOX", message(n), flags=["\\Seen", "\\Fancy"][: n + 1], date=AT
        )
    outcome = move.sync()
    assert (outcome.state, outcome.copied) == ("done", 3)
    assert outcome.lost == {"\\Fancy": 2}
    assert "flags that new does not keep: \\Fancy (2)" in outcome_line(outcome)


def test_server_without_receipts_is_looked_at(move):
    """Without UIDPLUS the UIDs are found by looking; the next run sends nothing."""
    move.new.faults.without = {"UIDPLUS"}
    fill(move.old)
    assert move.sync().state == "done"
    assert_same(move)
    move.new.log.clear()
    move.old.set_flags(ANNA, "INBOX", move.old.messages(ANNA)[0].uid, ["\\Flagged"])
    assert move.sync().flagged == 1
    assert move.appends() == 0
    assert_same(move)


def test_mail_that_is_there_already_is_not_doubled(move):
    """A destination that holds part of the mail, and other mail, gets only the rest."""
    fill(move.old)
    move.sync()
    gone = move.new.messages(ANNA)[2]
    move.new.remove(ANNA, "INBOX", gone.uid)
    move.new.deliver(ANNA, "INBOX", message(77), date=AT)
    move.forget_state()
    move.new.log.clear()
    outcome = move.sync()
    assert (outcome.copied, outcome.adopted) == (1, 13)
    assert move.appends() == 1
    extra = contents(move.new, ANNA, "INBOX") - contents(move.old, ANNA, "INBOX")
    assert extra.total() == 1


def test_half_of_two_equal_messages_is_completed(move):
    """Multisets: old has a message twice, new once, so one is sent."""
    for _ in range(2):
        move.old.deliver(ANNA, "INBOX", message(1), date=AT)
    move.new.deliver(ANNA, "INBOX", message(1), date=AT)
    outcome = move.sync()
    assert (outcome.copied, outcome.adopted) == (1, 1)
    assert_same(move, targets=INBOX)


def test_adopted_message_gets_the_flags_of_old(move):
    """Before the switch new follows old, also where another tool copied the message."""
    move.old.deliver(ANNA, "INBOX", message(1), flags=["\\Seen"], date=AT)
    move.new.deliver(ANNA, "INBOX", message(1), date=AT)
    outcome = move.sync()
    assert (outcome.copied, outcome.adopted, outcome.flagged) == (0, 1, 1)
    assert_same(move, targets=INBOX)


@pytest.mark.parametrize("side", ["old", "new", "both"])
def test_changed_uidvalidity_doubles_nothing(move, side):
    """UIDs that became void are found again by content."""
    fill(move.old)
    move.sync()
    if side != "new":
        move.old.renew_uidvalidity(ANNA, "INBOX")
    if side != "old":
        move.new.renew_uidvalidity(ANNA, "INBOX")
    move.old.deliver(ANNA, "INBOX", message(99), date=AT)
    outcome = move.sync()
    assert (outcome.copied, outcome.adopted) == (1, 7)
    assert_same(move)
    assert move.sync().adopted == 0


def test_refused_message_is_entered_by_name_and_the_folder_goes_on(move):
    """One bad message never stops a folder; who reads the list can find it."""
    fill(move.old)
    move.old.deliver(ANNA, "INBOX", message(66, text="BADBYTES"), date=AT)
    move.old.deliver(ANNA, "INBOX", message(67), date=AT)
    move.new.faults.poison = b"BADBYTES"
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.failed) == ("incomplete", 15, 1)
    [failure] = move.failures()
    assert (failure.account, failure.folder, failure.subject) == (ANNA, "INBOX", "Message 66")
    assert "not to our taste" in failure.reason
    move.new.faults.poison = None
    assert (move.sync().state, move.failures()) == ("done", [])
    assert_same(move)


def test_wrong_password_stops_one_account_only(move):
    """The other accounts are copied; the outcome says whose login failed, without retries."""
    fill(move.old, BERT)
    move.new.faults.refuse = {ANNA}
    anna, bert = move.sync_all()
    assert (anna.state, bert.state) == ("failed", "done")
    assert "imap.new.example" in anna.reason
    assert move.waits == []
    assert_same(move, BERT)


def test_account_that_cannot_be_reached_is_given_up(move):
    """After some tries with growing pauses the account is given up with a reason."""
    move.new.faults.unavailable = {ANNA}
    outcome = move.sync()
    assert outcome.state == "failed"
    assert outcome.reason


def test_dead_server_is_tried_with_growing_pauses(move):
    """A server that answers nobody gets a few tries, not a storm."""
    move.new.faults.max_connections = 0
    outcome = move.sync()
    assert outcome.state == "failed"
    assert len(move.waits) == 5
    assert all(wait >= 1 for wait in move.waits)


def test_stop_ends_at_a_message_boundary(move):
    """A stopped sync leaves no doubt behind, and the next run completes it."""
    fill(move.old)

    class StopAtSent(list):
        def append(self, progress):
            super().append(progress)
            if progress.folder == "Sent":
                move.stop.set()

    move.seen = StopAtSent()
    stopped = move.sync()
    assert stopped.state == "stopped"
    assert 0 < stopped.copied < 14
    move.seen = []
    move.stop.clear()
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 14 - stopped.copied, 0)
    assert_same(move)


def test_folder_that_new_refuses_is_entered_by_name(move):
    """A folder that cannot be made is a failure with its name; the others are copied."""
    fill(move.old)
    with Store.open(move.state, command="test") as store:
        # An earlier new server had no prefix; this one makes folders below INBOX. only.
        store.sync.folder(ANNA, "Sent", "Sent", 1, 1)
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.failed) == ("incomplete", 11, 1)
    [failure] = move.failures()
    assert (failure.folder, failure.uid) == ("Sent", None)
    assert "CREATE" in failure.reason


def test_progress_tells_of_retries(move):
    """Who watches sees why it waits."""
    fill(move.old)
    move.new.faults.drop = AppendDrop(3, "before-ok")
    move.sync()
    [note] = [p.note for p in move.seen if p.state == "retrying"]
    assert "imap.new.example" in note
