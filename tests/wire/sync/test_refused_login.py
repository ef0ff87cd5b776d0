"""A sync that may not log in says whose fault that is, in the line of the account."""

from __future__ import annotations


def test_the_next_step_stands_behind_the_refusal(move):
    """The account's line has the server's words and what to do about them."""
    move.old.faults.refuse.add("anna@example.org")

    outcome = move.sync()

    assert outcome.state == "failed"
    assert "user name or password of anna@example.org is wrong: " in outcome.reason
    assert outcome.reason.endswith("that its secret holds its password)")
