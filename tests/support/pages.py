"""What a page of the documentation tells to type and to write, in its order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE = re.compile(
    r"<!-- lab: (?P<mark>.*?) -->|^(?P<indent> *)```(?P<kind>\w+)\n(?P<text>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"# ([\w.-]+\.(?:yaml|csv))\n")
_EXIT = re.compile(r"exit code (\d+)")


@dataclass(frozen=True)
class Mark:
    """Something that happens in the lab between two blocks; readers do not see it."""

    words: str


@dataclass(frozen=True)
class File:
    """A file that the page shows whole; its first line says its name."""

    name: str
    text: str


@dataclass(frozen=True)
class Line:
    """One command line. ends: the exit code that its comment tells, else 0."""

    words: tuple[str, ...]
    ends: int

    def __str__(self) -> str:
        return shlex.join(self.words)


Piece = Mark | File | Line


def pieces(page: Path) -> Iterator[Piece]:
    """Yield the marks, files and command lines of a page."""
    for match in _PIECE.finditer(page.read_text()):
        if match["mark"]:
            yield Mark(match["mark"])
            continue
        text = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        named = _FILE.match(text)
        if match["kind"] in {"yaml", "csv"} and named:
            yield File(named[1], text)
        elif match["kind"] == "sh":
            yield from lines(text)


def lines(text: str) -> Iterator[Line]:
    """Yield the command lines of a block."""
    for line in text.replace("\\\n", " ").splitlines():
        words = tuple(shlex.split(line, comments=True))
        if words:
            told = _EXIT.search(line)
            yield Line(words, int(told[1]) if told else 0)
