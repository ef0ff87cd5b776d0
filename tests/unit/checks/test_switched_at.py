"""Since when mail at old is a straggler."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrate_mail.checks.imap.stragglers import switched_at
from support.seeing import switched

NOON = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_last_switch_counts():
    """After a switch, a rollback and another switch it is the last one."""
    changes = [
        switched("example.org", NOON, number=1),
        switched("example.org", NOON + HOUR, kind="rollback", number=2),
        switched("example.org", NOON + 2 * HOUR, number=3),
    ]
    assert switched_at(changes, "example.org") == NOON + 2 * HOUR


def test_a_rollback_ends_it():
    """Mail at old is where it should be again."""
    changes = [
        switched("example.org", NOON, number=1),
        switched("example.org", NOON + HOUR, kind="rollback", number=2),
    ]
    assert switched_at(changes, "example.org") is None


def test_another_domain_is_another_matter():
    """Domains are switched one by one."""
    assert switched_at([switched("example.com", NOON)], "example.org") is None


def test_a_switch_that_was_only_planned_is_none():
    """What did not happen has no moment."""
    planned = switched("example.org", NOON)
    only = type(planned)(1, "switch", "example.org", "manual", {}, {}, (("planned", "", NOON),))
    assert switched_at([only], "example.org") is None
