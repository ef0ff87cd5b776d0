"""The state file: what happened in this migration, kept beside migration.yaml."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from migrate_mail.finding import Clock, utc_now
from migrate_mail.state import chain
from migrate_mail.state.chain import Chain
from migrate_mail.state.database import Database
from migrate_mail.state.deliveries import Deliveries
from migrate_mail.state.dns_log import DnsLog
from migrate_mail.state.history import History
from migrate_mail.state.lock import Locked, WriterLock
from migrate_mail.state.opening import is_current, open_reader, open_writer
from migrate_mail.state.people import People
from migrate_mail.state.recipients import Recipients
from migrate_mail.state.sync_journal import SyncJournal

STATE_NAME = "migration.state"
"""The name of the state file, beside migration.yaml."""


class Store(History, People, DnsLog, Deliveries, Recipients):
    """One open state file; a context manager, safe to use from several threads.

    What a method has returned from is durable. There is one writer at a time; readers are not
    held up by it and see the file as it was when they opened it.
    """

    def __init__(self, db: Database, lock: WriterLock | None) -> None:
        super().__init__(db)
        self.path = db.path
        self.sync = SyncJournal(db)
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, command: str, clock: Clock = utc_now) -> Store:
        """Open a state file to write; make it when there is none, bring an older one up to date.

        Raise StateError when another command writes it (with its name), when it is damaged,
        newer than this program, not ours, or cannot be written. It is not changed then.
        """
        lock = WriterLock(path, command=command, since=clock())
        try:
            return cls(Database(open_writer(path, clock()), path, clock), lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open_beside(cls, path: Path, *, command: str, clock: Clock = utc_now) -> Store:
        """Open a state file to add to its history, also while a long command holds the lock.

        For what people say: a sync of hours must not keep anybody from confirming a step.
        """
        try:
            return cls.open(path, command=command, clock=clock)
        except Locked:
            if not is_current(path):
                raise
            return cls(Database(open_writer(path, clock()), path, clock), None)

    @classmethod
    def read(cls, path: Path) -> Store:
        """Open a state file to read, as it is now, also while a command writes it.

        Raise StateError when it is missing, damaged, or newer than this program.
        """
        return cls(Database(open_reader(path), path, utc_now), None)

    def chain(self) -> Chain:
        """Reckon the links of history anew; see `state.chain`."""
        return self._db.apply(chain.verify)

    def head(self) -> tuple[int, str]:
        """Return how many rows of history are linked, and the last link."""
        return self._db.apply(chain.head)

    def has_link(self, wanted: str) -> bool:
        """Tell whether a head that was printed once is in the chain."""
        return self._db.apply(partial(chain.holds, wanted=wanted))

    def history(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every history table, as plain values."""
        return self._db.apply(chain.everything)

    def copy_to(self, path: Path) -> None:
        """Write a whole copy under a new name, also while another command writes."""
        self._db.copy_to(path)

    def close(self) -> None:
        """Close the file and let the next writer in. Harmless when done twice."""
        self._db.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
