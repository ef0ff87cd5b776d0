"""How long caches may go on with what was there before a change."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.run.way_back_time import caches_until
from migrate_mail.state.records import TtlObservation
from support.cards import NOW

OLD = RRset("example.org.", "MX", 300, ("10 mx.old.example.",))
NEW = RRset("example.org.", "MX", 300, ("10 mx1.new.example.",))
CHANGE = Change("example.org.", OLD, NEW)


def seen(ttl: int, ago: timedelta, name: str = "example.org") -> TtlObservation:
    """Return what an authority served some time before the change."""
    return TtlObservation(name, "MX", ttl, "10 mx.old.example.", "ns1", NOW - ago)


def test_the_ttl_at_the_switch_binds_when_nothing_else_was_seen():
    """Without a journal the TTL of the RRset that was replaced is the bound."""
    assert caches_until(CHANGE, NOW, []) == (NOW + timedelta(seconds=300), 300)


def test_a_ttl_lowered_too_late_still_binds():
    """A day's TTL seen an hour ago lives for 23 hours more, whatever was published since."""
    day_ago = seen(86_400, timedelta(hours=1))

    assert caches_until(CHANGE, NOW, [day_ago]) == (NOW + timedelta(hours=23), 86_400)


def test_other_names_do_not_count():
    """The TTL of another RRset says nothing about this one."""
    other = seen(86_400, timedelta(hours=1), name="example.net")

    assert caches_until(CHANGE, NOW, [other])[1] == 300


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), max_size=5))
def test_more_observations_never_make_it_earlier(drawn):
    """What was seen can only add to the wait."""
    journal = [seen(ttl, timedelta(seconds=ago)) for ttl, ago in drawn]

    moments = [caches_until(CHANGE, NOW, journal[:n])[0] for n in range(len(journal) + 1)]

    assert moments == sorted(moments)
