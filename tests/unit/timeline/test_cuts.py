"""A zone that moves to other name servers: what the ones before served is the past, and not forgotten at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.cuts import DELEGATION_TYPE, cuts_of
from migrate_mail.timeline.rrsets import delegation_of
from migrate_mail.timeline.schedule import Wanted, schedule
from migrate_mail.timeline.settled import WHOLE_SECONDS, seen

ZONE = "example.org"
START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
OLD, NEW = "ns1.old.example. | ns2.old.example.", "ns1.new.example. | ns2.new.example."
DAY, HOUR = 86_400, 3600


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _row(at: float, rtype: str, value: str, server: str, ttl: int) -> TtlObservation:
    return TtlObservation(ZONE, rtype, ttl, value, server, _at(at))


def _look(at: float, servers: str, mx: str, *, above=DAY, ns=HOUR, ttl=300, lag=()) -> list:
    """Return what one run sees: the zone above, then the name servers that it names.

    lag: servers of the zone above that still show the old ones.
    """
    rows = []
    for number in (1, 2):
        parent = f"{'ab'[number - 1]}.nic.example [192.0.2.{number}]:53"
        shown = OLD if parent[0] in lag else servers
        rows.append(_row(at + number / 100, DELEGATION_TYPE, shown, parent, above))
        rows.append(_row(at + number / 100, "DS", "", parent, 600))
    for host in servers.split(" | "):
        server = f"{host.rstrip('.')} [192.0.2.53]:53"
        rows += [_row(at, "NS", servers, server, ns), _row(at, "MX", mx, server, ttl)]
    return rows


def test_name_servers_that_are_no_more_do_not_differ_for_ever():
    """A move of the DNS provider is over when the longer of both TTLs is, and the term says why."""
    journal = [*_look(0, OLD, "10 mx.old."), *_look(HOUR, NEW, "10 mx.old.")]
    wanted = [Wanted(ZONE, "MX", max_ttl=300), *delegation_of(ZONE)]

    found = schedule(wanted, journal, _at(2 * HOUR))

    assert found.word == "known"
    assert found.binding.rtype == DELEGATION_TYPE
    assert found.earliest == _at(HOUR + 2 / 100) + timedelta(seconds=DAY) + WHOLE_SECONDS
    terms = {t.rtype: t for t in found.terms}
    assert terms["NS"].at == _at(HOUR + 2 / 100) + timedelta(seconds=HOUR) + WHOLE_SECONDS
    assert terms["MX"].at == _at(0)  # they served the same all along
    assert not found.settled


def test_what_the_old_name_servers_served_lives_on_behind_the_delegation():
    """Who asks them at the end of the window keeps the answer for its own TTL."""
    journal = [*_look(0, OLD, "10 mx.old.", ttl=900), *_look(HOUR, NEW, "10 mx.new.")]

    found = seen(ZONE, "MX", journal, cuts_of(journal))

    assert found.agreed
    assert [o.value for o in found.now] == ["10 mx.new."] * 2
    assert found.passed.until > _at(HOUR) + timedelta(seconds=DAY + 900)


def test_a_zone_above_that_is_not_of_one_mind_waits():
    """As long as one of its servers names the old ones they still count."""
    journal = [*_look(0, OLD, "10 mx.old."), *_look(HOUR, NEW, "10 mx.old.", lag="b")]
    found = schedule(delegation_of(ZONE), journal, _at(2 * HOUR))
    assert (found.word, found.binding.rtype) == ("waits", DELEGATION_TYPE)


def test_a_server_above_that_lagged_moves_the_moment():
    """The last of them to name the old name servers counts, whatever the others said before."""
    journal = [
        *_look(0, OLD, "10 mx.old."),
        *_look(HOUR, NEW, "10 mx.new.", lag="a"),
        *_look(2 * HOUR, NEW, "10 mx.new."),
    ]
    found = seen(ZONE, "MX", journal, cuts_of(journal))
    assert found.passed.until >= _at(2 * HOUR) + timedelta(seconds=DAY + 300)


def test_a_zone_above_that_was_never_asked_is_unknown():
    """NS records of the zone alone do not tell where the world asks."""
    rows = [o for o in _look(0, OLD, "10 mx.old.") if o.rtype == "NS"]
    assert schedule(delegation_of(ZONE), rows, _at(1)).word == "unknown"


@given(
    looks=st.lists(st.integers(0, 5000), min_size=2, max_size=8, unique=True),
    moved=st.integers(1, 4999),
    above=st.sampled_from([300, 1800]),
    ns=st.sampled_from([60, 3600]),
    ttl=st.sampled_from([30, 900]),
    data=st.data(),
)
def test_no_cache_outlives_the_moment(looks, moved, above, ns, ttl, data):
    """A resolver that learned of the old name servers before the move never serves their answer after it."""
    journal = []
    for at in sorted(looks):
        servers, mx = (NEW, "10 mx.new.") if at >= moved else (OLD, "10 mx.old.")
        journal += _look(at, servers, mx, above=above, ns=ns, ttl=ttl if at < moved else 60)
    learned = data.draw(st.integers(0, moved - 1))
    asked = data.draw(st.integers(learned, learned + max(above, ns)))
    found = seen(ZONE, "MX", journal, cuts_of(journal))
    if min(looks) < moved <= max(looks):
        assert found.passed is not None
        assert _at(asked + ttl) <= found.passed.until
        assert found.agreed


@given(more=st.lists(st.integers(0, 9000), max_size=6))
def test_more_looks_at_the_old_name_servers_never_make_it_earlier(more):
    """Also looks at them after the move: whoever still remembers them may ask then."""
    journal = [*_look(0, OLD, "10 mx.old.", ttl=900), *_look(3000, NEW, "10 mx.new.")]
    extra = [
        _row(at, "MX", "10 mx.old.", "ns1.old.example [192.0.2.53]:53", 900) for at in more
    ]
    one = seen(ZONE, "MX", journal, cuts_of(journal))
    other = seen(ZONE, "MX", journal + extra, cuts_of(journal))
    assert other.passed.until >= one.passed.until
