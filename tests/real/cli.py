"""Runs the real command line in processes of its own, as an admin would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "migrate_mail"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said and how it ended."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        head = f"$ migrate-mail {' '.join(self.arguments)}"
        return f"{head}\n{self.out}\n--- stderr\n{self.err}\n--- exit {self.code}"

    @property
    def json(self) -> Any:
        """Return what was printed as data."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody with a project folder and a terminal; remembers all that was said."""

    folder: Path
    environment: Mapping[str, str]
    transcript: list[Said] = field(default_factory=list)

    def runs(self, *arguments: str, ends: int | None = 0, within: float = 60) -> Said:
        """Run a command; fail, with all that it said, when it ends otherwise (None: anyhow)."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self._env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        said = Said(arguments, done.returncode, done.stdout, done.stderr)
        self.transcript.append(said)
        assert ends in (None, done.returncode), f"expected exit {ends}\n{said}"
        assert "Traceback" not in said.err, str(said)
        return said

    def starts(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command and leave it running; its words go to a file named after it."""
        with (self.folder / f"{arguments[0]}.said").open("wb") as words:
            return subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=self.folder,
                env=self._env(),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment, "NO_COLOR": "1", "COLUMNS": "200"}
