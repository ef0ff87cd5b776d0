"""An interactive shell at a terminal, typed into as a person does."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

from support.commands import COMMAND

_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>]|\([A-Z]|\][^\x07]*\x07)")
LONGEST = 40


def programs(home: Path) -> Path:
    """Return a folder for PATH that holds nothing but migrate-mail."""
    folder = home / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "migrate-mail"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    return folder


class Shell:
    """One shell process. `type` sends keys, `shows` waits until some words are on the screen."""

    def __init__(self, *command: str, folder: Path, home: Path) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": f"{programs(home)}:/usr/bin:/bin", "HOME": str(home), "TERM": "dumb", "PS1": "$ ", "LANG": "C.UTF-8"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self._shown = ""

    def type(self, keys: str) -> None:
        """Press keys; what was on the screen before is forgotten."""
        self._shown = ""
        os.write(self._ours, keys.encode())

    def shows(self, words: str) -> bool:
        """Wait for words; False, with all that came instead in `screen`, when they do not come."""
        end = time.monotonic() + LONGEST
        while words not in self.screen and time.monotonic() < end:
            if select.select([self._ours], [], [], 0.2)[0]:
                try:
                    self._shown += os.read(self._ours, 65536).decode(errors="replace")
                except OSError:
                    break
        return words in self.screen

    @property
    def screen(self) -> str:
        """What was shown since the last key, without colours and cursor movements."""
        return _ESCAPES.sub("", self._shown).replace("\r", "").replace("\x08", "")

    def close(self) -> None:
        """End the shell."""
        self._process.kill()
        self._process.wait()
        os.close(self._ours)
