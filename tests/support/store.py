"""State files for tests: a clock that can be moved, a store, processes that write."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrate_mail.state.records import CopyRecord
from migrate_mail.state.store import Store

NOON = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the moment that it shows."""
        return self.at

    def move(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span


def writer(path: Path, clock=None) -> Store:
    """Open a state file to write as `preflight` would."""
    return Store.open(path, command="preflight", clock=clock or Hands())


def receipt(old_uid: int, new_uid: int | None = None, **changes) -> CopyRecord:
    """Return the receipt of one message; its UID at new is that at old unless told."""
    values = {"size": 1000, "flags": ("\\Seen",)}
    return CopyRecord(old_uid, new_uid or old_uid, **{**values, **changes})


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start another process on a piece of code; it talks by lines."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
