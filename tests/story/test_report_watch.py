"""`report --watch`: the file on the projector follows the state, and Ctrl-C ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrate_mail.state.records import Confirmation
from migrate_mail.state.store import Store
from support.cards import NOW
from support.commands import Commands
from support.told import STEPS, tell

LONGEST = 60


def _wait(path: Path, words: str) -> str:
    """Return a file once it holds some words."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        text = path.read_text() if path.exists() else ""
        if words in text:
            return text
        time.sleep(0.05)
    raise AssertionError(f"{words!r} never came into {path}")


def test_the_page_follows_the_state(tmp_path):
    """What somebody confirms stands on the page a moment later; the page loads itself again."""
    state, page = tmp_path / "migration.state", tmp_path / "board.html"
    tell(state)
    command = ["report", "--format", "html", "--output", str(page), "--watch"]
    with subprocess.Popen(
        [sys.executable, "-m", "migrate_mail", *command],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            first = _wait(page, "</html>")
            freeze = next(s for s in STEPS if s.key == "freeze")
            with Store.open_beside(state, command="confirm") as store:
                store.confirm(Confirmation("freeze", freeze.digest, "Zoë", "all told", NOW))
            _wait(page, "Zoë")
        finally:
            running.send_signal(signal.SIGINT)
            said = running.communicate(timeout=LONGEST)[1]
    assert running.returncode == 0
    assert said.endswith("ended\n")
    assert 'http-equiv="refresh"' in first
    assert "Zoë" not in first
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".board")] == []


@pytest.mark.parametrize("options", [["--watch"], ["--watch", "--format", "html"]])
def test_a_file_is_wanted(tmp_path, options):
    """Rewriting stdout would be of no use."""
    said = Commands(tmp_path).run("report", *options, ends=2)
    assert "--output FILE" in said.err


def test_the_plain_page_stays_as_it_is(tmp_path):
    """A report that is mailed must not load itself again."""
    tell(tmp_path / "migration.state")
    said = Commands(tmp_path).run("report", "--format", "html", "--since", "1")
    assert "refresh" not in said.out
    assert "Since run 1 (preflight" in said.out
