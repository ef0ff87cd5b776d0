"""How long it still takes is said when something can be said."""

from __future__ import annotations

import pytest

from migrate_mail.cli.sync_board import _left


@pytest.mark.parametrize(
    ("copied", "to_do", "seconds", "left"),
    [(0, 100, 50, None), (10, 100, 0.5, None), (10, 100, 5, 50), (10, 0, 5, 0), (10, -3, 5, 0)],
)
def test_what_is_left(copied, to_do, seconds, left):
    """At the rate so far; never a guess out of nothing, never a negative time."""
    assert _left(copied, to_do, seconds) == left
