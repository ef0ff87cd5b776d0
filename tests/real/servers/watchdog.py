"""Ends every server of one world when the test run is over, however it ended.

Run as a process of its own: each line on stdin is the id of a session to look after. When stdin
closes (the run said goodbye, or was killed and could not) all their processes are killed and
the world's folder is removed. Sessions, because Postfix' master starts process groups of its
own, and Linux' parent-death signal does not survive its change of user.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE = 10.0


def members(sessions: set[int]) -> list[int]:
    """Return the processes that belong to these sessions and still run."""
    processes = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
    return [p for p in processes if session_of(p) in sessions]


def session_of(pid: int) -> int | None:
    """Return the session of a process; None when it has ended, reaped or not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        state, _, _, session = stat.rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else int(session)


def end(sessions: set[int]) -> None:
    """Kill until nobody is left: a master may fork while we read the list."""
    deadline = time.monotonic() + PATIENCE
    while (alive := members(sessions)) and time.monotonic() < deadline:
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def main() -> None:
    """Listen until the other end of stdin is gone, then end everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end({int(line) for line in sys.stdin})
    shutil.rmtree(sys.argv[1], ignore_errors=True)


if __name__ == "__main__":
    main()
