"""CSV files for people: whole or not at all, and nothing in them runs in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from migrate_mail.files.whole import written_whole

_RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection)."""


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file (RFC 4180, UTF-8). A subject that would be a formula gets an apostrophe.

    A full disk leaves the file that was there before.
    """
    with written_whole(path) as half, half.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    harmless = not text.startswith(_RUNS) or isinstance(value, int)
    return text if harmless else f"'{text}"
