"""What there is to do in one folder."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import MessageRecord
from migrate_mail.sync.plan import FlagChange, plan_folder, same_flags

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def head(uid, *flags):
    """Return a message as old lists it."""
    return MessageHead(uid, 100, flags, AT, f"<{uid}@x>")


def record(uid, new_uid, *flags):
    """Return a message as the journal has it."""
    return MessageRecord(1, uid, new_uid, 5, 100, flags, AT.isoformat(), "c")


def test_unknown_messages_are_copied_in_order():
    """What the journal does not know is copied."""
    plan = plan_folder({1: record(1, 7)}, [head(1), head(2), head(3)], additions_only=False)
    assert [h.uid for h in plan.copy] == [2, 3]
    assert plan.settle == ()
    assert plan.flag == ()


def test_intents_are_settled_not_copied():
    """An intent is looked for before anything is sent, also when old lost the message."""
    plan = plan_folder({1: record(1, None), 2: record(2, None)}, [head(2)], additions_only=True)
    assert [r.old_uid for r in plan.settle] == [1, 2]
    assert plan.copy == ()


def test_changed_flags_follow_before_the_switch():
    """New gets the flags that old has now."""
    plan = plan_folder({1: record(1, 7)}, [head(1, "\\Seen")], additions_only=False)
    assert plan.flag == (FlagChange(1, 7, ("\\Seen",)),)


def test_removed_flags_follow_too():
    """A message that became unread at old becomes unread at new."""
    plan = plan_folder({1: record(1, 7, "\\Seen")}, [head(1)], additions_only=False)
    assert plan.flag == (FlagChange(1, 7, ()),)


def test_flags_are_left_alone_after_the_switch():
    """What people did at new is never undone."""
    plan = plan_folder({1: record(1, 7)}, [head(1, "\\Seen")], additions_only=True)
    assert plan.flag == ()


def test_case_of_flags_does_not_matter():
    r"""A server that writes \SEEN causes no work."""
    assert same_flags(["\\SEEN", "work"], ["Work", "\\Seen"])
    assert not same_flags(["\\Seen"], [])


@given(
    st.dictionaries(st.integers(1, 30), st.none() | st.integers(1, 99)),
    st.sets(st.integers(1, 30)),
)
def test_applied_plan_leaves_nothing_to_do(known, at_old):
    """Plan, do it, plan again: there is nothing left; nothing is copied twice."""
    journal = {uid: record(uid, new_uid) for uid, new_uid in known.items()}
    heads = [head(uid, "\\Seen") for uid in sorted(at_old)]
    plan = plan_folder(journal, heads, additions_only=False)
    done = {r.old_uid for r in plan.settle} | {h.uid for h in plan.copy}
    assert {h.uid for h in plan.copy} == at_old - set(known)
    for uid in done | {c.old_uid for c in plan.flag}:
        journal[uid] = record(uid, 1000 + uid, "\\Seen")
    again = plan_folder(journal, heads, additions_only=False)
    assert (again.settle, again.copy, again.flag) == ((), (), ())
