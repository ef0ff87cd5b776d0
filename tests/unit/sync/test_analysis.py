"""What a folder needs that was copied before: old's list and the journal, side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.state.records import CopyRecord
from migrate_mail.sync.analysis import compare
from migrate_mail.sync.flags import same_flags


def copy(uid, new_uid=None, *flags, ours=True):
    """Return a receipt."""
    return CopyRecord(uid, new_uid or uid + 100, 10, flags, ours)


def test_unknown_messages_are_missing_in_order():
    """What the journal does not know is to be copied, wherever it is in the folder."""
    found = compare(iter([(1, b""), (2, b""), (5, b"")]), iter([copy(2)]))
    assert (found.missing, found.gone, found.flags) == ([1, 5], [], {})
    assert (found.found, found.copied, found.already) == (3, 1, 0)


def test_what_left_old_is_gone():
    """A receipt whose message is no more at old is told, first, in between and last."""
    found = compare(iter([(3, b"")]), iter([copy(1), copy(3, ours=False), copy(4)]))
    assert [c.old_uid for c in found.gone] == [1, 4]
    assert (found.copied, found.already, found.missing) == (0, 1, [])


def test_changed_flags_are_told_together():
    """Copies are grouped by the flags that their originals have now, none included."""
    marks = [(1, b"\\Seen"), (2, b"\\seen"), (3, b""), (4, b"$Work \\Seen")]
    copies = [copy(1), copy(2), copy(3, None, "\\Seen"), copy(4, None, "$Work", "\\Seen")]
    found = compare(iter(marks), iter(copies))
    assert {f: [c.old_uid for c in some] for f, some in found.flags.items()} == {
        ("\\Seen",): [1, 2],
        (): [3],
    }


def test_case_of_flags_does_not_matter():
    """RFC 9051: flags are compared without case."""
    assert same_flags(["\\Seen", "Work"], ["work", "\\SEEN"])
    assert not same_flags(["\\Seen"], [])


UIDS = st.sets(st.integers(1, 40))


@given(UIDS, UIDS)
def test_the_books_add_up(old, known):
    """Every message of old is missing or has a receipt; every receipt has a message or is gone."""
    found = compare(((u, b"") for u in sorted(old)), (copy(u) for u in sorted(known)))
    assert found.missing == sorted(old - known)
    assert [c.old_uid for c in found.gone] == sorted(known - old)
    assert found.found == found.copied + found.already + len(found.missing) == len(old)
