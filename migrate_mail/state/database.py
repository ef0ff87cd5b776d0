"""The connection that all parts of the store share, from any thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from migrate_mail.finding import Clock
from migrate_mail.state.translate import speaking_of

Values = tuple[Any, ...]


class Database:
    """One connection; every statement and every transaction has it for itself."""

    def __init__(self, connection: sqlite3.Connection, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._connection = connection
        self._mutex = threading.RLock()
        self._synced = True

    def rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """Return what a SELECT gives."""
        with self._mutex, speaking_of(self.path):
            return self._connection.execute(sql, values).fetchall()

    def add(self, sql: str, values: Values) -> int:
        """Carry out one INSERT, UPDATE or DELETE; return the id of a row that was inserted."""
        with self.transaction() as connection:
            return connection.execute(sql, values).lastrowid or 0

    def add_all(self, sql: str, rows: Iterable[Values], *, synced: bool = True) -> None:
        """Carry out one statement for many rows, all or nothing. synced: see `transaction`."""
        with self.transaction(synced=synced) as connection:
            connection.executemany(sql, rows)

    @contextmanager
    def transaction(self, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
        """Give the connection for several statements; all or nothing, durable when it ends.

        synced False: survives kill -9, but a power cut may take it back (never without all that
        came after it): for what can be found out again.
        """
        with self._mutex, speaking_of(self.path):
            if synced != self._synced:
                self._synced = synced
                word = "FULL" if synced else "NORMAL"
                self._connection.execute(f"PRAGMA synchronous = {word}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk ends it on its own
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connection. Harmless when done twice."""
        with self._mutex, speaking_of(self.path):
            self._connection.close()
