"""Writing a report again whenever the state changes, until Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from migrate_mail.cli.console import note
from migrate_mail.cli.stopping import stop_on_signal
from migrate_mail.errors import StateError
from migrate_mail.files.whole import written_whole

_LOOK = 1.0
_AGES = 60.0
"""Seconds: how often the state is looked at, and after which a report is stale though nothing happened."""


def keep_writing(state: Path, output: Path, make: Callable[[], bytes]) -> None:
    """Write what `make` gives, again when the state file changes, and each minute for the ages in it.

    A reader never sees half a file. An error of the first time is raised; later ones are told
    once, and the file stays as it was.
    """
    stop = threading.Event()
    _write(output, make())
    note(f"writing {output} whenever the state changes; Ctrl-C ends it")
    told = ""
    with stop_on_signal(stop, "ended"):
        seen, waited = _stamp(state), 0.0
        while not stop.wait(_LOOK):
            waited += _LOOK
            now = _stamp(state)
            if now == seen and waited < _AGES:
                continue
            seen, waited = now, 0.0
            try:
                _write(output, make())
                told = ""
            except (StateError, OSError) as error:
                if str(error) != told:
                    told = str(error)
                    note(f"not written: {told}")


def _write(output: Path, made: bytes) -> None:
    with written_whole(output) as half:
        half.write_bytes(made)


def _stamp(state: Path) -> tuple[tuple[int, int], ...]:
    """Return what changes when the state does: sizes and times of the file and its journal."""
    found = []
    for path in (state, state.with_name(f"{state.name}-wal")):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((stat.st_size, stat.st_mtime_ns))
    return tuple(found)
