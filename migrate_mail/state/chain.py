"""History as a chain: each row is linked to the one before by a hash, so that what was changed afterwards shows.

A link is SHA-256 over the link before, the table and every value of the row. The triggers call a function
that only this program registers: another program cannot add to the history by mistake. Who rewrites the
whole chain cannot be seen by the chain; so reports print its head, which `state verify --head` looks for.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HISTORY = (
    "runs", "run_ends", "plans", "plan_uses", "results", "verdicts", "confirmations", "waivers",
    "overrides", "ttls", "dns_changes", "dns_events", "deliveries", "sync_ends",
    "snapshots",
)  # fmt: skip
_FUNCTION = "migrate_mail_link"


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found. length: rows that are linked; head: the last link, empty before the first; faults: in words."""

    length: int
    head: str
    faults: tuple[str, ...]


def link(before: str | None, table: str, *values: object) -> str:
    """Return the link of a row, hex."""
    text = json.dumps([before or "", table, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def register(db: sqlite3.Connection) -> None:
    """Let the triggers of a connection make links."""
    db.create_function(_FUNCTION, -1, link, deterministic=True)


def make(db: sqlite3.Connection) -> None:
    """Make the table and the triggers, and link what is already there, table by table."""
    db.execute(
        "CREATE TABLE chain (id INTEGER PRIMARY KEY, of_table TEXT NOT NULL,"
        " of_row INTEGER NOT NULL, link TEXT NOT NULL, UNIQUE (of_table, of_row))"
    )
    before = ""
    for table in [t for t in HISTORY if _columns(db, t)]:
        columns = _columns(db, table)
        for number, *values in db.execute(_rows(table, columns)).fetchall():
            before = link(before, table, *values)
            db.execute(
                "INSERT INTO chain (of_table, of_row, link) VALUES (?, ?, ?)",
                (table, number, before),
            )
        db.execute(_trigger(table, columns))


def follow(db: sqlite3.Connection, table: str) -> None:
    """Link the rows of a table that is new and has none yet."""
    db.execute(_trigger(table, _columns(db, table)))


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """Return how many rows are linked, and the last link."""
    row = db.execute("SELECT id, link FROM chain ORDER BY id DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def verify(db: sqlite3.Connection) -> Chain:
    """Reckon every link anew and compare."""
    length, last = head(db)
    return Chain(length, last, (*_links(db), *_unlinked(db)))


def holds(db: sqlite3.Connection, wanted: str) -> bool:
    """Tell whether a head that was printed is a link of this chain. wanted: its beginning is enough."""
    found = db.execute(
        "SELECT 1 FROM chain WHERE substr(link, 1, ?) = ?", (len(wanted), wanted.lower())
    )
    return found.fetchone() is not None


def everything(db: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every history table by the names of its columns, with the links at the end."""
    told = {}
    for table in (*HISTORY, "chain"):
        columns = _columns(db, table)
        rows = db.execute(_rows(table, columns))
        told[table] = [dict(zip(columns, row[1:], strict=True)) for row in map(tuple, rows)]
    return told


def _links(db: sqlite3.Connection) -> Iterator[str]:
    rows = {table: _by_number(db, table) for table in HISTORY}
    before, expected = "", 1
    for number, table, row, there in db.execute("SELECT * FROM chain ORDER BY id"):
        if number != expected:
            yield f"links {expected} to {number - 1} are gone"
        values = rows.get(table, {}).get(row)
        if values is None:
            yield f"link {number}: row {row} of {table} is gone"
        elif link(before, table, *values) != there:
            yield f"link {number}: row {row} of {table} is not as it was written, or follows another link"
        before, expected = there, number + 1


def _unlinked(db: sqlite3.Connection) -> Iterator[str]:
    for table in HISTORY:
        sql = f"SELECT rowid FROM {table} WHERE rowid NOT IN (SELECT of_row FROM chain WHERE of_table = ?)"
        for row in db.execute(sql, (table,)):
            yield f"row {row[0]} of {table} was not written by migrate-mail"


def _by_number(db: sqlite3.Connection, table: str) -> dict[int, list[object]]:
    return {row[0]: list(row[1:]) for row in db.execute(_rows(table, _columns(db, table)))}


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _rows(table: str, columns: list[str]) -> str:
    return f"SELECT rowid, {', '.join(columns)} FROM {table} ORDER BY rowid"


def _trigger(table: str, columns: list[str]) -> str:
    values = ", ".join(f"NEW.{column}" for column in columns)
    last = "(SELECT link FROM chain ORDER BY id DESC LIMIT 1)"
    return (
        f"CREATE TRIGGER {table}_linked AFTER INSERT ON {table} BEGIN"
        " INSERT INTO chain (of_table, of_row, link)"
        f" VALUES ('{table}', NEW.rowid, {_FUNCTION}({last}, '{table}', {values})); END"
    )
