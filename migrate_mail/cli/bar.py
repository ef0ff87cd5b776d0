"""A bar on stderr that goes away when it is done; nothing at all where nobody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate_mail.cli.console import note, on_terminal

if TYPE_CHECKING:
    from rich.progress import ProgressColumn


class Bar:
    """Shows how far something is, on a terminal; in a pipe only its lines come through."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None

    def start(self, *columns: ProgressColumn) -> None:
        """Draw the bar, if somebody watches; columns: those between it and the description."""
        if not on_terminal():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        said = TextColumn("{task.description}", markup=False, table_column=rest)
        self._progress = Progress(
            BarColumn(24),
            *columns,
            said,
            console=Console(stderr=True),
            transient=True,
            expand=True,
        )
        self._progress.start()
        self._task = self._progress.add_task("", total=None)

    def update(self, done: float, total: float | None, text: str) -> None:
        """Move the bar and say what is under way."""
        if self._progress is not None:
            self._progress.update(self._task, completed=done, total=total, description=text)

    def line(self, text: str) -> None:
        """Print a line that stays, above the bar."""
        if self._progress is not None:
            self._progress.console.print(text, markup=False, highlight=False)
        else:
            note(text)

    @property
    def drawn(self) -> bool:
        """Tell whether a bar is there."""
        return self._progress is not None

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
