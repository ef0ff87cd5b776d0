"""Watching a run of steps: a live line on a terminal, plain lines in a pipe."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from migrate_mail.cli.bar import Bar

if TYPE_CHECKING:
    from migrate_mail.run.runner import StepEvent

MARKS = {"pass": "ok", "skip": "--", "unknown": "??", "fail": "NO"}


class StepBoard:
    """Prints each step as it ends, and what is under way meanwhile. Silent with `quiet`.

    Events come from the thread of the run and from those of the checks.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar = Bar()
        self._lock = threading.Lock()
        self._running: dict[str, str] = {}

    def __enter__(self) -> StepBoard:
        if not self._quiet:
            from rich.progress import MofNCompleteColumn, TimeElapsedColumn

            self._bar.start(MofNCompleteColumn(), TimeElapsedColumn())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, event: StepEvent) -> None:
        """Take in one event of the runner."""
        if self._quiet:
            return
        with self._lock:
            self._note(event)
            under_way = ", ".join(list(self._running.values())[:2])
            self._bar.update(event.done, event.total, under_way)

    def _note(self, event: StepEvent) -> None:
        card = event.step.card
        if event.kind == "started":
            self._running[card.key] = card.title
        elif event.kind == "said":
            self._running[card.key] = f"{card.title}: {event.text}"
        else:
            self._running.pop(card.key, None)
            self._line(event)

    def _line(self, event: StepEvent) -> None:
        result = event.result
        if result is None:
            return
        seconds = (result.ended_at - result.started_at).total_seconds()
        took = "passed before the interruption" if event.kind == "kept" else f"{seconds:.1f} s"
        self._bar.line(f"{MARKS[result.outcome.value]}  {event.step.card.title}  ({took})")
