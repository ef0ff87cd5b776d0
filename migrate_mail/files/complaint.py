"""What is wrong with a file: where, what was seen, what was wanted, what to do next."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from migrate_mail.errors import UserError


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error in one file. line and column count from 1; line 0 is the file as a whole.

    code: stable, kebab-case (`unknown-key`). message: what was seen and what was wanted.
    hint: the next step, when there is one. source: the line itself.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        return "\n".join(
            [self._head(), *self._quote(), *([f"  hint: {self.hint}"] if self.hint else [])]
        )

    def _head(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message} [{self.code}]"

    def _quote(self) -> list[str]:
        if self.source is None or not self.line:
            return []
        gutter = f"{self.line:>5} | "
        pad = "".join(_blank(c) for c in self.source[: self.column - 1])
        return [f"{gutter}{self.source}", f"{' ' * (len(gutter) - 2)}| {pad}^"]


def _blank(char: str) -> str:
    """Return what is as wide on a terminal as a character, so that the caret stands under its place."""
    if char == "\t" or unicodedata.combining(char):
        return char if char == "\t" else ""
    return "  " if unicodedata.east_asian_width(char) in "WF" else " "


def _by_place(complaint: Complaint) -> tuple[str, int, int, str, str]:
    c = complaint
    return c.file, c.line, c.column, c.code, c.message


class InvalidFiles(UserError):
    """One or more files are wrong; carries every complaint, sorted by file and place."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(sorted(set(complaints), key=_by_place))
        noun = "error" if len(self.complaints) == 1 else "errors"
        files = sorted({c.file for c in self.complaints})
        super().__init__(f"{len(self.complaints)} {noun} in {', '.join(files)}")
