"""Finding messages of old among those at new: content decides, each counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.match import Wanted, match

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def want(uid, content="a", *, mid="<1@x>", size=10, at=AT):
    """Return a wanted message with its content."""
    return Wanted(uid, mid, size, at), content


def head(uid, content="a", *, mid="<1@x>", size=10, at=AT):
    """Return a message at new with its content."""
    return MessageHead(uid, size, (), at, mid), content


def matched(wanted, there):
    """Return what `match` finds, reading contents from the pairs given."""
    old = {w.old_uid: c for w, c in wanted}
    new = {h.uid: c for h, c in there}
    return match([w for w, _ in wanted], [h for h, _ in there], old.get, new.get)


def test_equal_message_is_found():
    """The same message in another zone's notation of the same second is the same."""
    zone = timezone(timedelta(hours=5, minutes=30))
    assert matched([want(1)], [head(9, at=AT.astimezone(zone))]) == {1: 9}


def test_same_message_id_with_another_body_is_another_message():
    """A draft saved twice is two messages, even with one id, date and size."""
    assert matched([want(1, "a"), want(2, "b")], [head(9, "b")]) == {2: 9}


def test_two_equal_messages_need_two():
    """Multisets: one copy at new settles one of two equal messages at old."""
    assert matched([want(1), want(2)], [head(9)]) == {1: 9}
    assert matched([want(1), want(2)], [head(9), head(10)]) == {1: 9, 2: 10}


def test_equal_messages_are_told_apart_by_date_while_there_is_a_choice():
    """Of two equal messages, the one with the same date is taken."""
    later = AT + timedelta(hours=1)
    assert matched([want(1), want(2, at=later)], [head(9, at=later)]) == {2: 9}


def test_changed_size_and_date_do_not_hide_a_message():
    """Servers that store other line ends or dates still have the message."""
    assert matched([want(1)], [head(9, size=12)]) == {1: 9}
    assert matched([want(1)], [head(9, at=AT + timedelta(days=1))]) == {1: 9}


def test_messages_without_id_are_found_by_date_or_size():
    """No Message-ID is no reason to double a message."""
    assert matched([want(1, mid=None)], [head(9, mid=None, size=11)]) == {1: 9}
    assert matched([want(1, mid=None)], [head(9, mid=None, at=AT + timedelta(1))]) == {1: 9}


def test_contents_are_announced_before_they_are_asked_for():
    """All that a round may have to read is told at once, so that it can come in one go."""
    told = []
    wanted = [Wanted(n, f"<{n}@x>", 10, AT) for n in (1, 2, 3)]
    there = [MessageHead(n + 10, 10, (), AT, f"<{n}@x>") for n in (1, 2)]
    found = match(
        wanted, there, str, lambda n: str(n - 10), ahead=lambda o, n: told.append((o, n))
    )
    assert found == {1: 11, 2: 12}
    assert told[0] == ({1, 2}, {11, 12})


def test_unreadable_content_matches_nothing():
    """Could not read is not equal, on either side."""
    assert matched([want(1, None)], [head(9, None)]) == {}


CONTENT = st.sampled_from("ab")
MID = st.sampled_from(["<1@x>", None])
SIZE = st.sampled_from([10, 12])
MOMENT = st.sampled_from([AT, AT + timedelta(minutes=1)])
MESSAGES = st.lists(st.tuples(CONTENT, MID, SIZE, MOMENT), max_size=8)


@given(MESSAGES, MESSAGES)
def test_matching_is_one_to_one_and_equal(old, new):
    """Each message counts once, and only equal content is ever matched."""
    wanted = [want(i, c, mid=m, size=s, at=a) for i, (c, m, s, a) in enumerate(old, 1)]
    there = [head(i, c, mid=m, size=s, at=a) for i, (c, m, s, a) in enumerate(new, 1)]
    found = matched(wanted, there)
    assert len(set(found.values())) == len(found)
    assert all(old[o - 1][0] == new[n - 1][0] for o, n in found.items())
    left = [o for i, o in enumerate(old, 1) if i not in found]
    rest = [n for i, n in enumerate(new, 1) if i not in found.values()]
    assert not any(o == n for o in left for n in rest)
