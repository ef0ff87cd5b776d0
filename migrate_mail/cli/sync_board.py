"""Watching a sync: a live bar with rate and time left on a terminal, plain or JSON lines in a pipe."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from migrate_mail.cli.bar import Bar
from migrate_mail.cli.console import note, on_terminal, out_json
from migrate_mail.report.words import count, size, span

if TYPE_CHECKING:
    from migrate_mail.sync.progress import SyncProgress

ENDS = frozenset({"done", "incomplete", "paused", "stopped", "failed", "refused"})
LINE_EVERY = 10.0
"""Seconds between lines in a pipe."""
JSON_EVERY = 1.0
"""Seconds between JSON lines of one account in one state."""


class SyncBoard:
    """Takes in progress from several threads and shows it on stderr, or as JSON on stdout."""

    def __init__(self, accounts: int, *, as_json: bool) -> None:
        self._accounts = accounts
        self._as_json = as_json
        self._lock = threading.Lock()
        self._latest: dict[str, SyncProgress] = {}
        self._said: dict[str, tuple[str, float]] = {}
        self._began = self._line_at = time.monotonic()
        self._bar = Bar()

    def __enter__(self) -> SyncBoard:
        if not self._as_json and on_terminal():
            from rich.progress import TextColumn, TimeRemainingColumn

            percent = TextColumn("{task.percentage:>3.0f}%")
            self._bar.start(percent, TimeRemainingColumn(compact=True))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: SyncProgress) -> None:
        """Take in how far one account is."""
        with self._lock:
            self._latest[progress.account] = progress
            if self._as_json:
                self._json(progress)
            else:
                self._say(progress)
                self._show(progress)

    def _json(self, progress: SyncProgress) -> None:
        state, at = self._said.get(progress.account, ("", 0.0))
        now = time.monotonic()
        if progress.state != state or now - at >= JSON_EVERY:
            self._said[progress.account] = (progress.state, now)
            seconds = now - self._began
            mine = {
                "seconds": round(seconds, 1),
                "bytes_per_second": round(progress.bytes / max(seconds, 0.001)),
                "seconds_left": _left([progress], seconds),
            }
            out_json({"event": "progress", **asdict(progress), **mine}, line=True)

    def _say(self, progress: SyncProgress) -> None:
        """Print what is worth a line of its own."""
        if progress.state == "retrying":
            self._bar.line(f"{progress.account}: {progress.note}; trying again")
        elif progress.state == "waiting":
            self._bar.line(f"{progress.account}: {progress.note}")
        elif progress.state in ENDS:
            self._bar.line(
                f"{progress.account}: {progress.state}, {count(progress.copied, 'message')} copied"
            )

    def _show(self, progress: SyncProgress) -> None:
        """Renew the bar; without one, print a line now and then."""
        now = time.monotonic()
        if self._bar.drawn:
            some = self._latest.values()
            copied = sum(p.copied for p in some)
            left = sum(p.total - p.done for p in some)
            text = f"{self._text(now)}, {progress.account} {progress.folder}"
            self._bar.update(copied, copied + left, text)
        elif now - self._line_at >= LINE_EVERY:
            self._line_at = now
            note(self._text(now))

    def _text(self, now: float) -> str:
        some = self._latest.values()
        ended = sum(p.state in ENDS for p in some)
        copied, sent = sum(p.copied for p in some), sum(p.bytes for p in some)
        seconds = max(now - self._began, 0.001)
        rate = f"{copied / seconds:.0f} messages/s, {size(int(sent / seconds))}/s"
        failed = sum(p.failed for p in some)
        wrong = f", {failed} NOT copied" if failed else ""
        left = _left(list(some), seconds)
        # Accounts that have not begun are not counted: nobody knows yet what they hold.
        soon = f", about {span(timedelta(seconds=left))} left" if left else ""
        if any(p.held for p in some):
            soon += " by the day's budget"
        elif self._bar.drawn:
            soon = ""  # the bar tells it; but it knows nothing of budgets
        return f"{ended}/{self._accounts} accounts, {copied} messages ({size(sent)}), {rate}{wrong}{soon}"


def _left(some: Sequence[SyncProgress], seconds: float) -> int | None:
    """Return the seconds that the rest takes at this rate and by the budgets; None: nobody can say."""
    copied = sum(p.copied for p in some)
    if not copied or seconds < 1:
        return None
    to_do = max(sum(p.total - p.done for p in some), 0)
    return round(max(to_do * seconds / copied, *(p.held for p in some)))
