"""What is equal at first sight, and what is left to look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.parity import couple
from migrate_mail.sync.sight import Sight

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def head(uid, *flags, mid="<1@x>", size=10, at=AT):
    """Return one message's head."""
    return MessageHead(uid, size, flags, at, mid)


def sight(heads):
    """Return what is kept of heads."""
    kept = Sight()
    for one in heads:
        kept.add(one)
    return kept


def compared(old, new, *without, deep=False):
    """Return couples by UID, and the UIDs that are left on both sides."""
    seen = sight(old).compare(sight(new), frozenset(without), deep=deep)
    return list(zip(*seen.couples, strict=True)), seen.old, seen.new


def test_the_ordinary_message_is_known_at_once():
    """Flags in another case or order, and the same second in another zone, are no difference."""
    east = AT.astimezone(timezone(timedelta(hours=5)))
    old, new = [head(1, "\\Seen", "$a")], [head(9, "$A", "\\seen", at=east)]
    assert compared(old, new) == ([(1, 9)], [], [])


@pytest.mark.parametrize(
    "other",
    [head(9, size=11), head(9, at=AT + timedelta(seconds=1)), head(9, "\\Seen"), head(9, mid="<2@x>"),
     head(9, mid=None)],
    ids=["size", "date", "flags", "id", "no-id"],
)  # fmt: skip
def test_what_differs_is_looked_at(other):
    """Any difference leaves both messages to be compared."""
    assert compared([head(1)], [other]) == ([], [1], [9])


def test_an_id_that_is_there_twice_says_nothing():
    """On either side: which of them is meant must be looked up."""
    assert compared([head(1), head(2, size=11)], [head(9)]) == ([], [1, 2], [9])
    assert compared([head(1)], [head(8), head(9, size=11)]) == ([], [1], [8, 9])
    assert compared([head(1, mid=None)], [head(9, mid=None)]) == ([], [1], [9])


def test_what_does_not_count_is_nowhere():
    """A message that belongs to another folder is not missing, and does not make an id ambiguous."""
    assert compared([head(1), head(2), head(3, mid=None)], [head(9)], 2, 3) == (
        [(1, 9)],
        [],
        [],
    )


def test_deep_believes_nothing():
    """Where all contents are compared, all messages are left for that."""
    assert compared([head(1), head(2)], [head(9)], 2, deep=True) == ([], [1], [9])


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["<1@x>", "<2@x>", "<3@x>", "<4@x>", None]),
        st.sampled_from([10, 11]),
        st.sampled_from([(), ("\\Seen",)]),
        st.sampled_from("ab"),
    ),
    max_size=9,
)


@given(MESSAGES, MESSAGES)
def test_it_gives_what_comparing_everything_gives(old, new):
    """Couples, what is missing and what is extra are the same as without a first sight."""
    olds = [head(i, *flags, mid=m, size=s) for i, (m, s, flags, _) in enumerate(old, 1)]
    news = [head(i, *flags, mid=m, size=s) for i, (m, s, flags, _) in enumerate(new, 101)]
    content = {h.uid: row[3] for h, row in zip([*olds, *news], [*old, *new], strict=True)}.get
    whole = couple(olds, news, content, content)
    couples, left_old, left_new = compared(olds, news)
    rest = couple(
        [h for h in olds if h.uid in left_old],
        [h for h in news if h.uid in left_new],
        content, content,
    )  # fmt: skip
    both = sorted([*couples, *((o.uid, n.uid) for o, n in rest.couples)])
    assert both == sorted((o.uid, n.uid) for o, n in whole.couples)
    assert (rest.missing, rest.extra) == (whole.missing, whole.extra)
