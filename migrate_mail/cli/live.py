"""Watching a run of steps: a live line on a terminal, plain lines in a pipe."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from migrate_mail.cli.console import note, on_terminal

if TYPE_CHECKING:
    from migrate_mail.run.runner import StepEvent

MARKS = {"pass": "ok", "skip": "--", "unknown": "??", "fail": "NO"}


class StepBoard:
    """Prints each step as it ends, and what is under way meanwhile. Silent with `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._progress: Any = None
        self._task: Any = None
        self._running: dict[str, str] = {}
        self._began = time.monotonic()

    def __enter__(self) -> StepBoard:
        if not self._quiet and on_terminal():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
            )
            from rich.table import Column

            rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
            columns = (
                BarColumn(20),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False, table_column=rest),
            )
            self._progress = Progress(
                *columns, console=Console(stderr=True), transient=True, expand=True
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, event: StepEvent) -> None:
        """Take in one event of the runner."""
        if self._quiet:
            return
        card = event.step.card
        if event.kind == "started":
            self._running[card.key] = card.title
        elif event.kind == "said":
            self._running[card.key] = f"{card.title}: {event.text}"
        else:
            self._running.pop(card.key, None)
            self._line(event)
        self._refresh(event)

    def _line(self, event: StepEvent) -> None:
        result = event.result
        if result is None:
            return
        seconds = (result.ended_at - result.started_at).total_seconds()
        took = "passed before the interruption" if event.kind == "kept" else f"{seconds:.1f} s"
        text = f"{MARKS[result.outcome.value]}  {event.step.card.title}  ({took})"
        if self._progress is not None:
            self._progress.console.print(text, markup=False, highlight=False)
        else:
            note(text)

    def _refresh(self, event: StepEvent) -> None:
        if self._progress is not None:
            under_way = ", ".join(list(self._running.values())[:2])
            self._progress.update(
                self._task, completed=event.done, total=event.total, description=under_way
            )
