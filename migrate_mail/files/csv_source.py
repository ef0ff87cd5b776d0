"""Reading CSV with a header line: rows by column name, and where each field stands.

Fields may be separated by comma, semicolon (as Excel writes in half of Europe) or tab.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.csv_lines import BadCsv, Cell, records
from migrate_mail.files.secretish import is_secret_name, split_reference
from migrate_mail.files.source import Source, read_source

LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One record. cells: by column name."""

    line: int
    cells: dict[str, Cell]

    def text(self, column: str) -> str:
        """Return a field, empty when there is no such column."""
        cell = self.cells.get(column)
        return cell.text if cell else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file. header: the columns that it has. complaints: what was wrong while reading."""

    source: Source
    header: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def complaint(
        self, row: Row, column: str, code: str, message: str, hint: str | None = None
    ) -> Complaint:
        """Return a complaint about a field, or about its row when there is no such column."""
        cell = row.cells.get(column)
        place = (cell.line, cell.column) if cell else (row.line, 1)
        return self.source.complaint(place, code, message, hint)


def read_csv(path: Path, columns: Sequence[str], *, label: str | None = None) -> Table:
    """Return a CSV file of these columns, the first of which must be there.

    Raise InvalidFiles when it is no CSV at all; everything else is in `complaints`.
    """
    return parse_csv(read_source(path, limit=LIMIT, label=label), columns)


def parse_csv(source: Source, columns: Sequence[str]) -> Table:
    """Return the table of a text; see `read_csv`."""
    table = Table(source)
    try:
        found = list(records(source.lines, _delimiter(source)))
    except BadCsv as error:
        for number in range(1, len(source.lines) + 1):
            _hide_all_but_first(source, number)
        raise InvalidFiles(
            [source.complaint((error.line, error.column), "bad-csv", error.message)]
        ) from None
    if not found:
        hint = f"its first line names the columns: {','.join(columns)}"
        raise InvalidFiles(
            [Complaint(source.label, 0, 0, "empty-file", "this file is empty", hint)]
        )
    _read_header(table, found[0], columns)
    names = [cell.text.lower() for cell in found[0]]
    _hide_secrets(source, names, found[1:])
    for cells in found[1:]:
        _read_row(table, names, cells)
    return table


def _delimiter(source: Source) -> str:
    head = next((line for line in source.lines if line.strip()), "")
    return next((d for d in (",", ";", "\t") if d in head), ",")


def _read_header(table: Table, cells: list[Cell], columns: Sequence[str]) -> None:
    names = [cell.text.lower() for cell in cells]
    if columns[0] not in names:
        place = (cells[0].line, cells[0].column)
        _hide_all_but_first(table.source, cells[0].line)
        message = f"the first line names the columns, and `{columns[0]}` must be one of them"
        raise InvalidFiles(
            [table.source.complaint(place, "no-header", message, _header_hint(names, columns))]
        )
    for cell, name in zip(cells, names, strict=True):
        place = (cell.line, cell.column)
        if name in table.header:
            message = f"column `{name}` is here for the second time"
            table.complaints.append(table.source.complaint(place, "duplicate-column", message))
        elif name not in columns and not name.startswith("x-"):
            table.complaints.append(_unknown_column(table.source, cell, name, columns))
        table.header.setdefault(name, cell)


def _header_hint(names: list[str], columns: Sequence[str]) -> str:
    """Return what the header should be, without repeating what may be a row with a secret."""
    close = difflib.get_close_matches(columns[0], names, n=1)
    mistyped = f"did you mean `{columns[0]}`? " if close else ""
    return f"{mistyped}columns: {','.join(columns)}"


def _unknown_column(source: Source, cell: Cell, name: str, columns: Sequence[str]) -> Complaint:
    close = difflib.get_close_matches(name, columns, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"columns: {','.join(columns)}"
    return source.complaint(
        (cell.line, cell.column), "unknown-column", f"unknown column `{name[:60]}`", hint
    )


def _read_row(table: Table, names: list[str], cells: list[Cell]) -> None:
    first = cells[0]
    if len(cells) != len(names):
        more = len(cells) > len(names)
        surplus = cells[len(names)] if more else first
        fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
        message = f"{fields}; the first line names {len(names)} columns"
        hint = (
            "put a field that holds the separator in double quotes"
            if more
            else "leave a field empty, but keep its separator"
        )
        place = (surplus.line, surplus.column)
        table.complaints.append(table.source.complaint(place, "field-count", message, hint))
        return
    by_name: dict[str, Cell] = {}
    for name, cell in zip(names, cells, strict=True):
        by_name.setdefault(name, cell)
    table.rows.append(Row(first.line, by_name))


def _hide_secrets(source: Source, names: list[str], rows: list[list[Cell]]) -> None:
    """Hide fields that may hold a literal secret; in a row out of step, all but the first."""
    secret = [is_secret_name(name) for name in names]
    if not any(secret):
        return
    for cells in rows:
        out_of_step = len(cells) != len(names)
        for index, cell in enumerate(cells):
            suspect = index > 0 if out_of_step else secret[index]
            if suspect and cell.text and split_reference(cell.text) is None:
                source.hide(cell.line, cell.column)
                for line in range(cell.line + 1, cell.line + 1 + cell.text.count("\n")):
                    source.hide(line, 1)


def _hide_all_but_first(source: Source, number: int) -> None:
    line = source.lines[number - 1]
    ends = [i for i in (line.find(d) for d in ",;\t") if i >= 0]
    if ends:
        source.hide(number, min(ends) + 2)
