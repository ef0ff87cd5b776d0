"""A schedule is never earlier than one of its terms, and never before a cache can have forgotten."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.schedule import Wanted, after, schedule
from migrate_mail.timeline.settled import seen

START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
MX = Wanted("example.org", "MX", max_ttl=300)


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _look(
    seconds: float,
    ttl: int | None,
    *,
    value="10 mx.old.",
    server="ns1",
    name="example.org",
    rtype="MX",
):
    return TtlObservation(name, rtype, ttl, value, server, _at(seconds))


def test_the_binding_term_is_told_with_its_reason():
    """A TTL of a day that was seen until Monday binds Tuesday, and the text says where and when."""
    journal = [_look(0, 86_400), _look(3600, 300)]

    found = schedule([MX], journal, _at(7200))

    assert found.word == "known"
    assert found.earliest == _at(3600 + 86_401)
    assert "TTL 86400 s until Mon 2026-06-01 09:00 UTC on ns1" in found.binding.why


def test_nobody_looked_is_unknown():
    """An RRset that was never asked for makes the whole schedule unknown, however well the rest is known."""
    found = schedule([MX, Wanted("example.org", "NS")], [_look(0, 300)], _at(1))

    assert (found.word, found.earliest) == ("unknown", None)
    assert found.binding.rtype == "NS"


def test_what_is_optional_need_not_be_there():
    """A domain without MTA-STS waits for none."""
    found = schedule(
        [MX, Wanted("_mta-sts.example.org", "TXT", optional=True)], [_look(0, 300)], _at(1)
    )

    assert found.word == "known"


def test_a_high_ttl_waits_for_somebody():
    """Not lowered yet: the earliest moment is a TTL from now, if it were lowered now."""
    found = schedule([MX], [_look(0, 86_400)], _at(100))

    assert (found.word, found.earliest) == ("waits", None)
    assert found.binding.at == _at(100 + 86_400)


def test_name_servers_that_differ_wait():
    """As long as one name server shows other records nothing has settled."""
    found = schedule(
        [MX], [_look(0, 300), _look(0, 300, value="10 mx.new.", server="ns2")], _at(9)
    )

    assert found.word == "waits"
    assert "ns1 and ns2" in found.binding.why


def test_one_name_server_that_lags_binds():
    """Lowered on one at nine and on the other at noon: noon counts."""
    journal = [
        _look(0, 86_400), _look(0, 86_400, server="ns2"),
        _look(3600, 300), _look(3600, 86_400, server="ns2"),
        _look(4 * 3600, 300, server="ns2"), _look(4 * 3600, 300),
    ]  # fmt: skip

    assert schedule([MX], journal, _at(5 * 3600)).earliest == _at(4 * 3600 + 86_401)


def test_a_new_name_stays_absent_for_the_negative_ttl():
    """Who asked too early believes for so long that there is nothing (RFC 2308)."""
    name = "s1._domainkey.example.org"
    journal = [
        _look(0, 3600, value="", name=name, rtype="TXT"),
        _look(60, 300, value="v=DKIM1; p=x", name=name, rtype="TXT"),
    ]

    found = schedule([Wanted(name, "TXT")], journal, _at(90))

    assert found.earliest == _at(60 + 3601)
    assert "absent" in found.binding.why


def test_what_follows_a_switch():
    """Everyone after the old TTL, back again after the new one, old off five days later."""
    told = after(START, 300, 600)

    assert told.everyone == _at(300)
    assert told.back == _at(900)
    assert told.old_off == _at(300) + timedelta(days=5)


TIMES = st.lists(st.integers(0, 1_000), min_size=1, max_size=12, unique=True)


@settings(deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(1, 999), st.sampled_from([60, 300, 3600])), max_size=4, unique_by=lambda c: c[0]),
    looks=TIMES,
    seed=st.integers(0, 99),
)  # fmt: skip
def test_no_cache_outlives_the_moment(changes, looks, seed):
    """Whatever a name server served and whenever we looked: no answer that we know of lives on after the moment.

    A resolver fetches at each second at which it could; an answer of a state that was seen at
    least once, fetched between the first and the last look, is forgotten when the schedule says so.
    """
    story = sorted([(0, 300), *changes])

    def served(second: int) -> tuple[int, int]:
        return max((c for c in story if c[0] <= second), key=lambda c: c[0])

    def observation(second: int) -> TtlObservation:
        began, ttl = served(second)
        return _look(second, ttl, value=f"state of {began}")

    journal = [observation(second) for second in looks]
    random.Random(seed).shuffle(journal)
    found = seen("example.org", "MX", journal)
    assert found is not None
    current = served(max(looks))
    known = {served(second) for second in looks}
    for fetched in range(min(looks), max(looks)):
        state = served(fetched)
        if state in known and state != current:
            assert found.passed is not None
            assert _at(fetched + state[1]) <= found.passed.until


@given(looks=TIMES, more=TIMES, ttl=st.sampled_from([60, 3600]))
def test_it_is_never_before_a_look_that_saw_the_old_state(looks, more, ttl):
    """More looks never move the moment before what any of them saw."""
    journal = [_look(s, ttl, value="old") for s in looks] + [_look(20_000, 60, value="new")]
    found = seen("example.org", "MX", journal + [_look(s, ttl, value="old") for s in more])
    assert found is not None
    assert found.passed is not None
    assert found.passed.until >= max(_at(s + ttl) for s in (*looks, *more))


@given(st.permutations(range(8)))
def test_the_order_of_the_journal_does_not_matter(order):
    """A journal is a set of observations."""
    rows = [_look(s * 100, 300 if s > 3 else 3600, server=f"ns{s % 2}") for s in range(8)]

    assert schedule([MX], [rows[i] for i in order], _at(999)) == schedule([MX], rows, _at(999))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5000), st.sampled_from([60, 900])),
        min_size=1,
    )
)
def test_a_schedule_is_its_latest_term(looks):
    """No schedule is earlier than a single one of its terms."""
    wanted = [Wanted(f"{n}.example.org", "A", optional=True) for n in "abc"]
    journal = [_look(s, ttl, name=f"{n}.example.org", rtype="A") for n, s, ttl in looks]
    found = schedule(wanted, journal, _at(6000))

    if found.earliest is not None:
        assert all(t.at is not None and t.at <= found.earliest for t in found.terms)
        assert found.binding.at == found.earliest
