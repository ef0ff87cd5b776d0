"""What a sync may do in each phase: follow in stage, rest in final, only add in drain, bring back in back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.state.store import Store
from migrate_mail.sync.backwards import book_of
from migrate_mail.sync.most import Most
from migrate_mail.sync.phase import Course, SyncPhase
from migrate_mail.sync.preview import Known, preview
from support.moving import ANNA, AT, assert_same, contents, doors_for, fill, message

DOMAIN = "example.org"
SWITCHED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
AFTER = SWITCHED + timedelta(hours=3)
DELETING = Course({DOMAIN: SyncPhase.STAGE}, most_removed=Most(5))
BACK = Course({DOMAIN: SyncPhase.BACK}, {DOMAIN: SWITCHED})
WRITING = {"UID STORE", "UID EXPUNGE", "EXPUNGE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE"}


def _lose(move, folder: str, index: int = 0) -> bytes:
    """Delete a message at old, as its owner would; return its body."""
    victim = move.old.messages(ANNA, folder)[index]
    move.old.remove(ANNA, folder, victim.uid)
    return victim.body


def _preview(move, course):
    with Store.read(move.state) as store:
        account = move.inventory.accounts[0]
        return preview(account, doors_for(move.inventory), Known(store.sync, course))


def test_without_delete_copies_stay_and_are_told(move):
    """A message that vanished from old stays at new; the outcome says that there is one."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")

    outcome = move.sync()

    assert (outcome.gone, outcome.removed) == (1, 0)
    assert len(move.new.messages(ANNA)) == 7


def test_what_is_gone_from_old_is_removed(move):
    """With --delete new follows: the copy goes, by UID, and nothing else."""
    fill(move.old)
    move.sync()
    gone = [_lose(move, "INBOX"), _lose(move, "Work/2024")]
    move.course = DELETING

    outcome = move.sync()

    assert (outcome.state, outcome.removed, outcome.gone) == ("done", 2, 0)
    assert {r.folder for r in outcome.removals} == {"INBOX", "INBOX.Work.2024"}
    assert all(b not in [m.body for f in ("INBOX", "INBOX.Work.2024") for m in move.new.messages(ANNA, f)] for b in gone)  # fmt: skip
    assert_same(move)
    assert "EXPUNGE" not in move.new.verbs()


def test_it_is_removed_though_an_earlier_run_let_it_be(move):
    """A run without --delete does not make the next one forget."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")
    move.sync()
    move.course = DELETING

    assert move.sync().removed == 1
    assert move.sync().removed == 0
    assert_same(move)


def test_it_is_listed_before(move):
    """A dry run names what would be removed, and removes nothing."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")
    move.new.log.clear()

    planned = _preview(move, DELETING)

    removals = [r for f in planned.folders for r in f.removals]
    assert [(r.folder, r.subject) for r in removals] == [("INBOX", "Message 1")]
    assert not move.new.verbs() & WRITING
    assert len(move.new.messages(ANNA)) == 7


def test_too_many_are_not_removed_at_all(move):
    """An emptied mailbox at old does not empty new: over the cap nothing goes, and all are listed."""
    fill(move.old)
    move.sync()
    for _ in range(6):
        _lose(move, "INBOX")
    move.course = DELETING
    planned = _preview(move, DELETING)

    outcome = move.sync()

    assert (outcome.state, outcome.removed, len(outcome.removals)) == ("refused", 0, 6)
    assert "--max-delete 6" in outcome.reason
    assert len(move.new.messages(ANNA)) == 7
    assert any("--max-delete 6" in doubt for doubt in planned.doubts)


def test_the_cap_is_a_part_of_the_account(move):
    """A percentage is one of all copies of the account, also of folders where nothing happened."""
    for n in range(1, 31):
        move.old.deliver(ANNA, "INBOX", message(n), date=AT)
    for n in range(100, 250):
        move.old.deliver(ANNA, "Big", message(n), date=AT)
    move.sync()
    for _ in range(15):
        _lose(move, "INBOX")
    move.course = Course({DOMAIN: SyncPhase.STAGE}, most_removed=Most(10, percent=True))

    planned = _preview(move, move.course)
    outcome = move.sync()

    assert (planned.doubts, planned.phase) == ((), "stage")
    assert (outcome.state, outcome.removed, outcome.phase) == ("done", 15, "stage")


def test_a_folder_that_vanished_is_told(move):
    """A whole folder gone from old: nothing is removed for it, and its name is in the outcome."""
    fill(move.old)
    move.sync()
    move.old.drop_folder(ANNA, "Sent")
    move.course = DELETING

    outcome = move.sync()

    assert (outcome.state, outcome.removed, outcome.vanished) == ("done", 0, ("Sent",))


def test_what_somebody_touched_stays(move):
    """Other flags at new mean that somebody works with it: it is not ours any more."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")
    copy = move.new.messages(ANNA)[0]
    move.new.set_flags(ANNA, "INBOX", copy.uid, ["\\Answered"])
    move.course = DELETING

    outcome = move.sync()

    assert (outcome.removed, outcome.gone) == (0, 1)
    assert copy.uid in [m.uid for m in move.new.messages(ANNA)]


def test_what_was_there_before_us_stays(move):
    """Mail that new had already is not ours to remove, equal or not."""
    move.old.deliver(ANNA, "INBOX", message(1), date=AT)
    move.new.deliver(ANNA, "INBOX", message(1), date=AT)
    move.sync()
    _lose(move, "INBOX")
    move.course = DELETING

    assert move.sync().removed == 0
    assert len(move.new.messages(ANNA)) == 1


def test_a_folder_made_anew_at_old_removes_nothing(move):
    """Another UIDVALIDITY says nothing about what is gone."""
    fill(move.old)
    move.sync()
    move.old.renew_uidvalidity(ANNA, "INBOX")
    _lose(move, "INBOX")
    move.course = DELETING

    outcome = move.sync()

    assert (outcome.removed, outcome.copied) == (0, 0)
    assert len(move.new.messages(ANNA)) == 7


def test_a_message_that_was_moved_is_there_before_it_goes(move):
    """Moved to another folder at old: copied there first, then removed here."""
    fill(move.old)
    move.sync()
    body = _lose(move, "INBOX")
    move.old.deliver(ANNA, "Sent", body, date=AT)
    move.course = DELETING

    outcome = move.sync()

    assert (outcome.copied, outcome.removed) == (1, 1)
    verbs = [e.verb for e in move.new.log]
    assert len(verbs) - verbs[::-1].index("APPEND") <= verbs.index("UID EXPUNGE")
    assert_same(move)


def test_without_uidplus_nothing_is_removed(move):
    """A server that can only expunge everything is not asked to."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")
    move.new.faults.without = {"UIDPLUS"}
    move.course = DELETING

    outcome = move.sync()

    assert outcome.state == "refused"
    assert "UIDPLUS" in outcome.reason
    assert len(move.new.messages(ANNA)) == 7


def test_killed_between_mark_and_removal(move):
    """A copy that we had marked as deleted when we were killed is removed by the next run."""
    fill(move.old)
    move.sync()
    _lose(move, "INBOX")
    copy = move.new.messages(ANNA)[0]
    move.new.set_flags(ANNA, "INBOX", copy.uid, [*copy.flags, "\\Deleted"])
    move.course = DELETING

    assert move.sync().removed == 1
    assert_same(move)


def test_final_passes_until_old_rests(move):
    """What arrives during the last delta is copied too; then a pass finds nothing."""
    fill(move.old)
    late = iter(range(60, 62))

    def arrive(progress):
        if progress.state == "copying" and (number := next(late, None)):
            move.old.deliver(ANNA, "INBOX", message(number), date=AT)

    move.course = Course({DOMAIN: SyncPhase.FINAL})
    move.watch = arrive
    outcome = move.sync()

    assert (outcome.state, outcome.copied) == ("done", 16)
    assert_same(move)


def test_final_says_that_old_never_rests(move):
    """Mail that keeps coming in is a finding, not an endless loop."""
    fill(move.old)
    numbers = iter(range(100, 1000))

    def arrive(progress):
        if progress.state == "looking":
            move.old.deliver(ANNA, "INBOX", message(next(numbers)), date=AT)

    move.course = Course({DOMAIN: SyncPhase.FINAL})
    move.watch = arrive
    outcome = move.sync()

    assert outcome.state == "incomplete"
    assert "read-only" in outcome.reason


def _moved(move):
    """Sync before the switch, then live at new for a while."""
    fill(move.old)
    move.new.deliver(ANNA, "INBOX", message(70), date=AT)  # a test, before the switch
    move.sync()
    move.new.deliver(ANNA, "INBOX", message(80), flags=["\\Seen"], date=AFTER)
    move.new.deliver(ANNA, "INBOX.Sent", message(81), date=AFTER)
    move.new.make_folder(ANNA, "INBOX.Since")
    move.new.deliver(ANNA, "INBOX.Since", message(82), date=AFTER)
    move.new.make_folder(ANNA, "INBOX.Nothing")
    move.course = BACK


def test_back_brings_what_arrived_since(move):
    """Old gains the mail that came to new since the switch, flags and date and all, and no other."""
    _moved(move)
    before = {f: contents(move.old, ANNA, f) for f in move.old.folders(ANNA)}

    outcome = move.sync()

    assert (outcome.state, outcome.copied) == ("done", 3), outcome
    assert outcome.account == book_of(ANNA)
    for folder, there in before.items():
        gained = contents(move.old, ANNA, folder) - there
        assert there - contents(move.old, ANNA, folder) == there - there
        assert gained.total() == (1 if folder in {"INBOX", "Sent"} else 0), folder
    assert contents(move.old, ANNA, "Since").total() == 1
    assert "Nothing" not in move.old.folders(ANNA)
    assert move.old.verbs() & WRITING == {"CREATE", "SUBSCRIBE"}  # of the folder made since
    skipped = [f for f in move.failures() if f.kind == "skipped"]
    assert [(f.folder, f.subject) for f in skipped] == [("INBOX", "Message 70")]


def test_back_again_brings_nothing_twice(move):
    """A second run finds all of it there, and with the state lost so does the next."""
    _moved(move)
    move.sync()
    count = sum(contents(move.old, ANNA, f).total() for f in move.old.folders(ANNA))

    assert move.sync().copied == 0
    move.forget_state()
    assert move.sync().copied == 0

    assert sum(contents(move.old, ANNA, f).total() for f in move.old.folders(ANNA)) == count


def test_back_and_forth_again(move):
    """After a rollback new follows old again: what was brought back is not doubled at new."""
    _moved(move)
    move.sync()
    move.course = Course({DOMAIN: SyncPhase.STAGE})

    outcome = move.sync()

    assert outcome.copied == 0
    assert contents(move.new, ANNA, "INBOX").total() == 9


def test_back_knows_what_people_moved(move):
    """Mail that came late to old, and that somebody filed at new since, is at old already."""
    _moved(move)
    for number in (90, 91):
        move.old.deliver(ANNA, "INBOX", message(number), date=AFTER)
    move.course = Course({DOMAIN: SyncPhase.DRAIN}, {DOMAIN: SWITCHED})
    assert move.sync().copied == 2
    last = move.new.messages(ANNA, "INBOX")[-1]  # 91 is moved, 90 is copied
    move.new.remove(ANNA, "INBOX", last.uid)
    move.new.deliver(ANNA, "INBOX.Since", last.body, date=AFTER)
    move.new.deliver(ANNA, "INBOX.Since", message(90), date=AFTER)
    before = contents(move.old, ANNA, "INBOX")
    move.course = BACK

    planned = _preview(move, BACK)
    outcome = move.sync()

    assert outcome.state == "done", outcome
    assert sum(f.to_copy for f in planned.folders) == outcome.copied
    assert contents(move.old, ANNA, "INBOX").total() == before.total() + 1  # 80
    assert contents(move.old, ANNA, "Since").total() == 2  # 82, and the second 90
    assert move.sync().copied == 0


def test_back_can_be_looked_at_first(move):
    """The dry run of the way back counts the same messages."""
    _moved(move)

    planned = _preview(move, BACK)

    assert {f.old: f.to_copy for f in planned.folders if f.to_copy} == {
        "INBOX": 1, "INBOX.Sent": 1, "INBOX.Since": 1,
    }  # fmt: skip


@pytest.mark.parametrize("phase", [p for p in SyncPhase if p is not SyncPhase.BACK])
def test_old_is_only_read_in_every_other_phase(move, phase):
    """Only the way back has a door through which old gains mail."""
    fill(move.old)
    move.course = Course({DOMAIN: phase}, {DOMAIN: SWITCHED})
    move.sync()

    assert move.old.verbs() & (WRITING | {"APPEND", "SELECT"}) == set()
