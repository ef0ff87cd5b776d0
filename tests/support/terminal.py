"""Runs a command at a terminal of a given width, as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from support.commands import COMMAND, Commands

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def seen_at_terminal(admin: Commands, *arguments: str, columns: int = 80) -> list[str]:
    """Return every line that was ever shown, those that were overwritten too, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in admin.environment().items() if k != "COLUMNS"}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=admin.folder,
        env={**environment, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    with process:
        shown = _all_of(ours).decode()
    os.close(ours)
    return [line for line in re.split(r"[\r\n]+", _ESCAPES.sub("", shown)) if line.strip()]


def _all_of(fd: int) -> bytes:
    """Read until the other end is closed, which a terminal says with an error."""
    parts = []
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            part = b""
        if not part:
            return b"".join(parts)
        parts.append(part)
