"""Runs the real command line in processes of its own, and keeps every word that it said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "migrate_mail")
_NOT_PASSED_ON = ("MIGRATE_MAIL_", "_MIGRATE_MAIL_", "FORCE_COLOR", "PY_COLORS")


@dataclass(frozen=True, slots=True)
class Said:
    """One command: how it ended and what it said."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        words = " ".join(self.arguments)
        return (
            f"$ migrate-mail {words}\n{self.out}\n--- stderr\n{self.err}\n--- exit {self.code}"
        )

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The line that says what is wrong."""
        return next(line for line in self.err.splitlines() if line.startswith("error: "))


@dataclass(frozen=True, slots=True)
class Commands:
    """An admin in a project folder. said: everything so far, in its order."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def run(self, *arguments: str, ends: int | None = 0, within: float = 50) -> Said:
        """Run a command to its end; fail with all its words when it ends otherwise (None: anyhow)."""
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=within)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return self._keep(arguments, process.returncode, out, err, ends)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own; its words are read by the caller or by `end`."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, process: subprocess.Popen[str], number: signal.Signals, *, ends: int) -> Said:
        """Send a signal to a command that was started, and wait for its end."""
        process.send_signal(number)
        with process:
            out, err = process.communicate(timeout=30)
        arguments = tuple(process.args[len(COMMAND) :])
        return self._keep(arguments, process.returncode, out, err, ends)

    def environment(self) -> dict[str, str]:
        """Return the variables of a command: plain words, 80 columns, none of our own settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_PASSED_ON)}
        return {**kept, "COLUMNS": "80", "NO_COLOR": "1", **self.variables}

    def _keep(
        self, arguments: tuple[str, ...], code: int, out: str, err: str, ends: int | None
    ) -> Said:
        said = Said(arguments, code, out, err)
        self.said.append(said)
        assert ends in (None, code), f"wanted exit {ends}\n{said}"
        assert "Traceback" not in err, str(said)
        return said
