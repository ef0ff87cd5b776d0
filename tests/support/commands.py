"""Runs the real command line in processes of its own, and keeps every word that it said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

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
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        return self.keep(Said(arguments, done.returncode, done.stdout, done.stderr), ends)

    def start(self, *arguments: str) -> Running:
        """Start a command and leave it running."""
        return Running(self, arguments)

    def environment(self) -> dict[str, str]:
        """Return the variables of a command: plain words, 80 columns, none of our own settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_PASSED_ON)}
        return {**kept, "COLUMNS": "80", "NO_COLOR": "1", **self.variables}

    def keep(self, said: Said, ends: int | None) -> Said:
        """Remember what was said; fail when it ended otherwise than wanted, or with a traceback."""
        self.said.append(said)
        assert ends in (None, said.code), f"wanted exit {ends}\n{said}"
        assert "Traceback" not in said.err, str(said)
        return said


class Running:
    """A command under way, with its words as they come. Killed at the end of a `with` block."""

    def __init__(self, commands: Commands, arguments: tuple[str, ...]) -> None:
        self._commands, self._arguments = commands, arguments
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=commands.folder,
            env=commands.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self._words = {"out": "", "err": ""}
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", self._process.stdout), ("err", self._process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._collect()

    def wait_for(self, words: str, *, within: float = 30) -> None:
        """Wait until the command has said something, on either stream."""
        with self._news:
            said = self._news.wait_for(
                lambda: any(words in w for w in self._words.values()), timeout=within
            )
        assert said, f"never said {words!r}: {self._words}"

    def wait_until(self, seen: Callable[[], object], *, within: float = 30) -> None:
        """Wait until something is so in the world that the command talks to."""
        end = time.monotonic() + within
        while not seen():
            assert time.monotonic() < end, f"never came about: {self._words}"
            time.sleep(0.01)

    def end(self, number: signal.Signals | None = None, *, ends: int) -> Said:
        """Send a signal if one is given, and wait for the end."""
        if number is not None:
            self._process.send_signal(number)
        code = self._collect()
        said = Said(self._arguments, code, self._words["out"], self._words["err"])
        return self._commands.keep(said, ends)

    def _collect(self) -> int:
        code = self._process.wait(timeout=30)
        for reader in self._readers:
            reader.join(timeout=10)
        return code

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._news:
                    self._words[name] += line
                    self._news.notify_all()
