"""Splitting CSV text into fields that know where they stand (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One field, without the blanks around it. line and column count from 1."""

    text: str
    line: int
    column: int


class BadCsv(Exception):
    """A quote that does not fit."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line, self.column, self.message = line, column, message


def records(lines: tuple[str, ...], delimiter: str) -> Iterator[list[Cell]]:
    """Yield the fields of each record; empty lines are left out. Raise BadCsv for a quote that does not fit."""
    number = 0
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        cells, number = _record(lines, number, delimiter)
        yield cells


def _record(lines: tuple[str, ...], number: int, delimiter: str) -> tuple[list[Cell], int]:
    cells: list[Cell] = []
    at = 0
    while True:
        cell, number, at = _field(lines, number, at, delimiter)
        cells.append(cell)
        if at >= len(lines[number]):
            return cells, number + 1
        at += 1
        if at == len(lines[number]):
            cells.append(Cell("", number + 1, at + 1))
            return cells, number + 1


def _field(
    lines: tuple[str, ...], number: int, at: int, delimiter: str
) -> tuple[Cell, int, int]:
    """Return one field, and the line and place of the delimiter (or end of line) behind it."""
    line = lines[number]
    begin = at + len(line[at:]) - len(line[at:].lstrip(" "))
    if line[begin : begin + 1] == '"':
        return _quoted(lines, number, begin, delimiter)
    end = line.find(delimiter, at)
    end = len(line) if end < 0 else end
    return Cell(line[at:end].strip(), number + 1, min(begin, end) + 1), number, end


def _quoted(
    lines: tuple[str, ...], number: int, begin: int, delimiter: str
) -> tuple[Cell, int, int]:
    start, parts, at = number, [], begin + 1
    while True:
        match = re.compile(r'((?:[^"]|"")*)(")?').match(lines[number], at)
        assert match is not None  # the pattern fits the empty text
        parts.append(match[1].replace('""', '"'))
        if match[2]:
            break
        number, at = number + 1, 0
        if number == len(lines):
            raise BadCsv(start + 1, begin + 1, "a quote is opened here and never closed")
    rest = lines[number][match.end() :]
    gap = len(rest) - len(rest.lstrip(" "))
    if rest.strip(" ") and not rest.lstrip(" ").startswith(delimiter):
        raise BadCsv(
            number + 1, match.end() + gap + 1, "text after the closing quote of a field"
        )
    end = match.end() + (gap if rest.strip(" ") else len(rest))
    return Cell("\n".join(parts).strip(), start + 1, begin + 1), number, end
