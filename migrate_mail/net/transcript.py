"""The conversations with both servers as a file that may be sent to a vendor: no secret, no mail.

What we say and what servers say stands there with its time, but for literals (mail, and whatever
else is long), the words of a login and of its answer, and what FETCH gives in quotes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

LONGEST = 300
_LOGIN = re.compile(rb"(\S+ (?:AUTHENTICATE \S+|LOGIN)) .*", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
Line = Callable[[str, bytes], None]
"""Takes a direction (`>` said by us, `<` said by the server) and what was said."""


class Transcript:
    """One file for all connections; each line has its time and its connection. For several threads."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._count = 0
        path.touch(mode=0o600)
        self._path = path

    def connection(self, where: object) -> Line:
        """Return what takes the lines of a new connection."""
        with self._lock:
            self._count += 1
            number = self._count
        self._write(number, "=", f"connected to {where}")

        def line(direction: str, said: bytes) -> None:
            self._write(number, direction, told(said))

        return line

    def _write(self, number: int, direction: str, text: str) -> None:
        at = f"{self._clock():%Y-%m-%dT%H:%M:%S.%f}"[:-3]
        # Opened for each line: whatever ends the program, all that was said is in the file.
        with self._lock, self._path.open("a", encoding="ascii", errors="replace") as file:
            file.write(f"{at} {number:3} {direction} {text}\n")


def told(said: bytes) -> str:
    """Return a line as it may be shown: one line, without the words of a login, not too long. PURE."""
    found = _LOGIN.match(said)
    shown = found[1] + b" ***" if found else said
    if b" FETCH " in said[:40]:  # a subject may come in quotes
        shown = _QUOTED.sub(b'"..."', shown)
    text = _UNPRINTABLE.sub("?", shown.decode("ascii", "replace").rstrip("\r\n"))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(said)} bytes)"
