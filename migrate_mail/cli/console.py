"""What goes to which stream: data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


def out(text: str = "") -> None:
    """Print data: what a pipe or a file is to receive."""
    sys.stdout.write(text + "\n")


def note(text: str = "") -> None:
    """Print something for the person at the terminal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def out_json(value: Any, *, line: bool = False) -> None:
    """Print one JSON document, or one JSON line."""
    out(json.dumps(value, ensure_ascii=False, indent=None if line else 2))


def on_terminal() -> bool:
    """Tell whether a person is watching stderr (live displays go there)."""
    return sys.stderr.isatty()


def can_ask() -> bool:
    """Tell whether somebody can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_secret(question: str) -> str:
    """Ask for a secret; what is typed is not shown."""
    import getpass

    return getpass.getpass(question)


def ask(question: str) -> str:
    """Ask on stderr, read one line."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
