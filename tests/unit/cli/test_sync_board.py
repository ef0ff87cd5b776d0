"""How long it still takes is said when something can be said."""

from __future__ import annotations

import pytest

from migrate_mail.cli.sync_board import _left
from migrate_mail.sync.progress import SyncProgress


def _account(copied: int, to_do: int, held: float = 0.0) -> SyncProgress:
    total, done = copied + max(to_do, 0), copied - min(to_do, 0)
    return SyncProgress(
        "a@example.org", "copying", total=total, done=done, copied=copied, held=held
    )


@pytest.mark.parametrize(
    ("copied", "to_do", "seconds", "left"),
    [(0, 100, 50, None), (10, 100, 0.5, None), (10, 100, 5, 50), (10, 0, 5, 0), (10, -3, 5, 0)],
)
def test_what_is_left(copied, to_do, seconds, left):
    """At the rate so far; never a guess out of nothing, never a negative time."""
    assert _left([_account(copied, to_do)], seconds) == left


def test_budgets_count():
    """What may move only tomorrow takes until tomorrow, however fast the line is."""
    assert _left([_account(10, 100, held=90_000.0), _account(10, 0)], 5) == 90_000
    assert _left([_account(10, 100, held=3.0)], 5) == 50
