"""Rates and budgets, on a clock of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.files.rates import parse_day, parse_pace, parse_rate
from migrate_mail.inventory.limits import LimitSettings
from migrate_mail.sync.budget import Budget, budget, days, fits, next_day, pace
from migrate_mail.sync.throttle import Throttle, full, take

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
GMAIL = frozenset({"IMAP4REV1", "X-GM-EXT-1"})


@given(
    st.lists(st.tuples(st.integers(1, 300_000), st.floats(0, 5)), min_size=1, max_size=60),
    st.integers(1000, 1_000_000),
)
def test_never_more_than_the_rate_and_one_second_of_it(steps, rate):
    """Whoever waits as told has moved, at any moment, no more than the rate allows since the start."""
    bucket, now, moved = full(rate, 0.0), 0.0, 0
    for amount, idle in steps:
        bucket, seconds = take(bucket, amount, now)
        moved += amount
        now += seconds
        assert moved <= rate * (now + 1) * (1 + 1e-9)
        now += idle


def test_nothing_waits_when_nothing_is_limited():
    """A throttle without limits never sleeps."""
    throttle = Throttle(None, None, now=lambda: 0.0, wait=lambda _: pytest.fail("waited"))
    for _ in range(1000):
        throttle.message()
        throttle.octets(1 << 20)


def test_rates_are_read():
    """What an admin writes is what is meant."""
    assert parse_rate("2MB/s") == 2_000_000
    assert parse_rate(" 500 kB / s ") == 500_000
    assert (parse_pace("50/s"), parse_pace("600/m"), parse_pace("7200/h")) == (50, 10, 2)
    assert (parse_day("2.5GB"), parse_day("unlimited")) == (2_500_000_000, 0)


@pytest.mark.parametrize("text", ["2MB", "2MB/m", "/s", "fast", "2/s", ""])
def test_no_rate_is_refused(text):
    """A rate without its second is not guessed at."""
    with pytest.raises(ValueError, match="expected bytes a second"):
        parse_rate(text)


def test_gmail_has_budgets_by_itself():
    """2,500 MB down, 500 MB up; migration.yaml says otherwise where it does."""
    assert budget(LimitSettings(), GMAIL, "old") == Budget(2_500_000_000, "Gmail")
    assert budget(LimitSettings(), GMAIL, "new") == Budget(500_000_000, "Gmail")
    assert budget(LimitSettings(), frozenset(), "new") is None
    assert budget(LimitSettings(per_day="unlimited"), GMAIL, "new") is None
    mine = LimitSettings(per_day="1GB")
    assert budget(mine, frozenset(), "old") == Budget(10**9, "migration.yaml")


def test_days_are_told():
    """How long it takes is said where a day does not hold it."""
    gmail = Budget(500_000_000, "Gmail")
    assert pace(2_100_000_000, gmail) == "4.2 days at Gmail's 500MB/day"
    assert pace(500_000_000, gmail) == ""
    assert pace(300_000_000, gmail, used=300_000_000) == "1.2 days at Gmail's 500MB/day"
    assert pace(10**12, None) == ""
    assert days(250, 500) == 0.5


def test_a_message_larger_than_a_day_may_go_first():
    """Else it would never go."""
    assert fits(600, 0, 500)
    assert not fits(600, 1, 500)
    assert fits(400, 100, 500)


def test_the_next_day_begins_at_midnight_utc():
    """Whatever the zone of the clock."""
    assert next_day(NOW) == datetime(2026, 11, 25, tzinfo=UTC)
