"""Comparing two folders as multisets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.parity import couple, same_date

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def head(uid, *flags, mid="<1@x>", size=10, at=AT):
    """Return one message's head."""
    return MessageHead(uid, size, flags, at, mid)


def coupled(old, new, old_content=None, new_content=None, *, deep=False):
    """Return couples, missing and extra by UID. Contents not given are unreadable."""
    found = couple(old, new, (old_content or {}).get, (new_content or {}).get, deep=deep)
    return (
        [(o.uid, n.uid) for o, n in found.couples],
        [h.uid for h in found.missing],
        [h.uid for h in found.extra],
    )


def test_unique_message_id_and_size_identify_without_reading():
    """No body is read for the ordinary message."""
    assert coupled([head(1)], [head(9)]) == ([(1, 9)], [], [])


def test_missing_and_extra_are_told_apart():
    """What only old has is missing, what only new has is extra; neither is read."""
    got = coupled([head(1, mid="<a@x>")], [head(9, mid="<b@x>")])
    assert got == ([], [1], [9])


def test_two_equal_messages_at_old_need_two_at_new():
    """A lost copy of a doubled message is seen."""
    got = coupled([head(1), head(2)], [head(9)], {1: "c", 2: "c"}, {9: "c"})
    assert got == ([(1, 9)], [2], [])


def test_another_body_under_the_same_id_is_another_message():
    """Ids that are used twice are not trusted."""
    got = coupled([head(1), head(2)], [head(8), head(9)], {1: "a", 2: "b"}, {8: "b", 9: "b"})
    assert got == ([(2, 8)], [1], [9])


def test_other_line_ends_are_no_difference():
    """Where sizes differ the content decides."""
    assert coupled([head(1)], [head(9, size=12)], {1: "c"}, {9: "c"}) == ([(1, 9)], [], [])
    assert coupled([head(1)], [head(9, size=12)], {1: "c"}, {9: "d"}) == ([], [1], [9])


def test_message_without_id_is_compared_by_content():
    """No Message-ID, no excuse."""
    old, new = [head(1, mid=None)], [head(9, mid=None)]
    assert coupled(old, new, {1: "c"}, {9: "c"}) == ([(1, 9)], [], [])
    assert coupled(old, new, {1: "c"}, {9: "d"}) == ([], [1], [9])


def test_unreadable_message_is_missing():
    """Could not read is not the same as equal."""
    assert coupled([head(1, mid=None)], [head(9, mid=None)]) == ([], [1], [9])


def test_deep_trusts_no_id():
    """A body that was changed on the way is found by a deep comparison."""
    assert coupled([head(1)], [head(9)], {1: "a"}, {9: "b"}, deep=True) == ([], [1], [9])


def test_equal_copies_are_coupled_by_flags_and_date_first():
    """Two equal messages with different flags do not look like two differences."""
    old = [head(1, "\\Seen"), head(2)]
    new = [head(8), head(9, "\\Seen")]
    contents = dict.fromkeys((1, 2, 8, 9), "c")
    assert coupled(old, new, contents, contents) == ([(1, 9), (2, 8)], [], [])


def test_dates_are_the_same_to_the_second():
    """Half a second is no difference, one second is."""
    assert same_date(head(1), head(2, at=AT + timedelta(microseconds=500)))
    assert not same_date(head(1), head(2, at=AT + timedelta(seconds=1)))


MESSAGES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["<1@x>", "<2@x>", None])), max_size=8
)


@given(MESSAGES, MESSAGES)
def test_everything_is_accounted_for(old, new):
    """Couples and missing are old, couples and extra are new; a folder equals itself."""
    olds = [head(i, mid=m) for i, (_, m) in enumerate(old, 1)]
    news = [head(i, mid=m) for i, (_, m) in enumerate(new, 1)]
    old_content = {i: f"{c}{m}" for i, (c, m) in enumerate(old, 1)}
    new_content = {i: f"{c}{m}" for i, (c, m) in enumerate(new, 1)}
    couples, missing, extra = coupled(olds, news, old_content, new_content, deep=True)
    assert len(couples) + len(missing) == len(old)
    assert len(couples) + len(extra) == len(new)
    assert all(old[o - 1] == new[n - 1] for o, n in couples)
    itself = coupled(olds, olds, old_content, old_content)
    assert itself[1:] == ([], [])
