"""The connection that all parts of the store share, from any thread."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from migrate_mail.finding import Clock
from migrate_mail.state.translate import speaking_of

Values = tuple[Any, ...]
T = TypeVar("T")


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

    def apply(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Return what a function finds that reads with the connection."""
        with self._mutex, speaking_of(self.path):
            return ask(self._connection)

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of the whole file under a name that is free."""
        part = path.with_name(path.name + ".new")
        with self._mutex, speaking_of(path):
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(part)) as copy:
                self._connection.backup(copy)
            part.replace(path)

    def close(self) -> None:
        """Close the connection. Harmless when done twice."""
        with self._mutex, speaking_of(self.path):
            self._connection.close()
