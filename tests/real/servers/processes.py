"""Starts servers, waits until they listen, and makes sure that none outlives the test run."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from real.servers import watchdog

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
PATIENCE = 15.0

Listener = tuple[str, int]


def until(
    happened: Callable[[], object], what: str | Callable[[], str], *, within: float = PATIENCE
) -> None:
    """Return when something has happened; fail with `what` when it takes too long."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            said = what if isinstance(what, str) else what()
            raise TimeoutError(f"waited {within:g} s in vain: {said}")
        time.sleep(0.01)


def answers(listener: Listener) -> bool:
    """Tell whether somebody accepts connections there."""
    try:
        with socket.create_connection(listener, timeout=1):
            return True
    except OSError:
        return False


def name_of(process: str) -> str:
    """Return what a process is called; empty for one that is gone."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


class Processes:
    """The servers of one world. Each runs in the foreground, in a session of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        command = [sys.executable, "-I", "-S", watchdog.__file__, str(folder)]
        self._watchdog = subprocess.Popen(
            command, stdin=subprocess.PIPE, start_new_session=True
        )

    def start(self, name: str, *command: str | Path, listens: Sequence[Listener]) -> None:
        """Start a server and return when it listens on every address."""
        for listener in listens:  # Postfix would share a port in silence (SO_REUSEPORT)
            if answers(listener):
                raise RuntimeError(f"{name}: somebody else already answers at {listener}")
        with (self.folder / f"{name}.out").open("ab") as output:
            process = subprocess.Popen(
                [str(c) for c in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "PATH": PATH, "LC_ALL": "C"},
            )
        self._running[name] = process
        self._look_after(process.pid)
        for listener in listens:
            until(lambda at=listener: self._ready(name, at), lambda: self._said(name))

    def stop(self, name: str) -> None:
        """End one server with all its children."""
        process = self._running.pop(name)
        for pid in watchdog.members({process.pid}):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        process.wait(PATIENCE)

    def pid(self, name: str) -> int:
        """Return the process id of a server (its master, where it has one)."""
        return self._running[name].pid

    def pids(self) -> list[int]:
        """Return every process of every server."""
        return watchdog.members({p.pid for p in self._running.values()})

    def end(self) -> None:
        """End all servers and remove the folder."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        for process in (*self._running.values(), self._watchdog):
            process.wait(PATIENCE)

    def _look_after(self, session: int) -> None:
        self._pipe.write(b"%d\n" % session)
        self._pipe.flush()

    @property
    def _pipe(self):
        assert self._watchdog.stdin is not None
        return self._watchdog.stdin

    def _ready(self, name: str, listener: Listener) -> bool:
        if self._running[name].poll() is not None:
            raise RuntimeError(f"{name} ended: {self._said(name)}")
        return answers(listener)

    def _said(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text(errors="replace")[-1500:]
