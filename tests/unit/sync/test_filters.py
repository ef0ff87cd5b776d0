"""Which messages are left out, and what people read about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.inventory.sync_rules import SkipSettings
from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.filters import COPY_ALL, MessageFilter, message_filter

NOW = datetime(2026, 3, 13, 22, tzinfo=UTC)
AT = datetime(2020, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def head(size, at, message_id="<1@example.org>"):
    """Return a message of so many octets that arrived at a moment."""
    return MessageHead(1, size, (), at, message_id)


def settings(**skip):
    """Return the filter of a `skip:` as it is written in the file."""
    return message_filter(SkipSettings.model_validate(skip))


def test_nothing_is_left_out_by_default():
    """Without a rule every message is copied, and the filter says that it has nothing to do."""
    assert not settings()
    assert settings() == COPY_ALL
    assert COPY_ALL.reason(head(10**12, datetime(1970, 1, 1, tzinfo=UTC)), NOW) is None


def test_a_rule_of_zero_is_a_rule():
    """A filter built by hand with a limit of nothing still filters."""
    assert MessageFilter(larger_than=0)


@pytest.mark.parametrize(
    ("skip", "said"),
    [
        ({"larger_than": "1MB"}, "larger than 1MB"),
        ({"older_than": "5y"}, "older than 5y"),
        ({"before": "2020-01-02"}, "arrived before 2020-01-02"),
    ],
)
def test_the_reason_names_the_limit_and_the_remedy(skip, said):
    """What was left out, by which key, and what to do to have it copied."""
    reason = settings(**skip).reason(head(1_000_001, AT), NOW)

    assert reason.startswith(f"{said}: ")
    assert f"sync.messages.skip.{next(iter(skip))} in migration.yaml" in reason
    assert reason.endswith("to copy it")


def test_limits_themselves_are_copied():
    """Exactly as large, exactly as old, arrived on the day: not left out."""
    some = settings(larger_than="1MB", older_than="7d", before="2020-01-01")

    assert some.reason(head(1_000_000, NOW - timedelta(days=7)), NOW) is None
    assert some.reason(head(1_000_000, NOW - timedelta(days=7, seconds=1)), NOW) is not None


def test_the_day_is_that_of_the_message():
    """As in IMAP, the zone of the message's own date decides: half past midnight is the new day."""
    assert AT.astimezone(UTC).date() == date(2019, 12, 31)
    assert settings(before="2020-01-01").reason(head(1, AT), NOW) is None
    assert (
        settings(before="2020-01-01").reason(head(1, AT - timedelta(hours=1)), NOW) is not None
    )


@given(
    st.integers(0, 10**7), st.integers(-400, 4000), st.integers(1, 3000), st.integers(1, 10**7)
)
def test_a_message_is_copied_exactly_when_no_limit_is_passed(size, days, age, most):
    """Larger or older alone is enough, also for a message from the future."""
    some = MessageFilter(older_than=timedelta(days=age), larger_than=most)
    passed = size > most or days > age

    assert (some.reason(head(size, NOW - timedelta(days=days)), NOW) is not None) == passed


def test_our_own_test_mail_is_left_out_whatever_the_rules():
    """Nobody misses it; only for an account that gets it there is something to filter."""
    ours = head(100, NOW, f"<migrate-mail-probe.{'ab' * 16}@probe.example>")

    assert COPY_ALL.reason(ours, NOW).startswith("a test message of migrate-mail: ")
    assert COPY_ALL.reason(head(100, NOW, None), NOW) is None
    assert message_filter(SkipSettings(), tests=True)
