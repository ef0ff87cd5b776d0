"""What `sync` says and returns about limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.cli.sync import _judge
from migrate_mail.cli.sync_text import outcome_line
from migrate_mail.errors import ExitCode
from migrate_mail.sync.progress import AccountOutcome
from support.commands import Commands

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("rate", ["2MB", "fast", "0MB/s"])
def test_a_rate_that_is_none_is_refused(rate):
    """Exit code 2 and an example, before anything is read."""
    said = Commands(ROOT).run("sync", "--limit-rate", rate, ends=2)
    assert "--limit-rate" in said.err


def test_a_pause_is_neither_done_nor_failed():
    """Exit code 3 and the moment when the same command goes on."""
    paused = AccountOutcome(
        "a@example.org", "paused", reason="goes on at 2026-11-25 00:00:00 UTC"
    )
    done = AccountOutcome("b@example.org", "done")
    assert _judge([done, paused]) == (ExitCode.CANNOT_TELL, "paused")
    assert outcome_line(paused).startswith("--  a@example.org")
    assert "goes on at 2026-11-25 00:00:00 UTC" in outcome_line(paused)
