"""Opening the state file: made whole or not at all, looked at before it is touched.

Durability: WAL with synchronous=FULL. What a method of the Store has returned from survives
kill -9 and, as far as the disk keeps its promises, a power cut: each transaction is synced
before it counts. The sync writes intents in batches so that this costs little.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from migrate_mail.errors import StateError
from migrate_mail.state.chain import register
from migrate_mail.state.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of
from migrate_mail.state.translate import UNTOUCHED, damaged, speaking_of

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_PATIENCE_MS = 10_000


def open_writer(path: Path, now: datetime) -> sqlite3.Connection:
    """Return a connection that may write; makes or migrates the file. The lock must be held."""
    with speaking_of(path):
        if path.exists():
            _look(path)
        else:
            _make(path, now)
        db = _connect(f"{path.absolute().as_uri()}?mode=rw")
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA recursive_triggers = ON")  # REPLACE may not get past a trigger
            migrate(db, now)
        except BaseException:
            db.close()
            raise
        return db


def is_current(path: Path) -> bool:
    """Tell whether a file is there that this program's writers need not migrate."""
    with speaking_of(path):
        return path.exists() and _look(path) == len(MIGRATIONS)


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write and sees the file as it is at this moment.

    The file of an older program is migrated in memory only.
    """
    with speaking_of(path):
        version = _look(path)
        db = _connect_to_read(path)
        try:
            if version < len(MIGRATIONS):
                db = _migrated_copy(db)
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM migrations").fetchone()  # takes the snapshot
        except BaseException:
            db.close()
            raise
        return db


def _connect(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    register(db)
    db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    return db


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open read-only; where even the folder cannot be written, as a file that nobody changes.

    A reader of a WAL database needs the -shm file beside it and makes it when it is not there.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = _connect(uri)
    try:
        version_of(db)
    except sqlite3.OperationalError as error:
        db.close()
        no_folder = error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY"))
        if not no_folder or path.with_name(path.name + "-wal").exists():
            raise
        return _connect(f"{uri}&immutable=1")
    return db


def _migrated_copy(db: sqlite3.Connection) -> sqlite3.Connection:
    copy = _connect("file::memory:")
    with closing(db):
        db.backup(copy)
    migrate(copy, datetime.now(UTC))
    return copy


def _make(path: Path, now: datetime) -> None:
    """Make a state file under another name and rename it: there is never half of one."""
    part = path.with_name(path.name + ".new")
    for old in (part, part.with_name(part.name + "-journal")):
        old.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_connect(f"{part.absolute().as_uri()}?mode=rw")) as db:
            migrate(db, now)
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StateError(
            f"{path}: cannot be made: {error.strerror}",
            hint="the state file lies beside migration.yaml; that folder must be writable",
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system lets folders be synced."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _look(path: Path) -> int:
    """Return the version of a state file. Raise StateError for anything that is not a whole one."""
    _look_at_header(path)
    with closing(_connect_to_read(path)) as db:
        version = version_of(db)
        if version > len(MIGRATIONS):
            raise StateError(
                f"{path}: was written by a newer migrate-mail (format {version}, this one knows {len(MIGRATIONS)})",
                hint=f"{UNTOUCHED}; use that version, or a later one",
            )
        trouble = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if version < 1 or trouble != "ok":
            raise damaged(path)
        return version


def _look_at_header(path: Path) -> None:
    """Read the first bytes ourselves: SQLite would make files beside a database of someone else."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except FileNotFoundError as error:
        raise StateError(
            f"{path}: there is no state file: nothing was recorded yet",
            hint="run `migrate-mail preflight` first; it makes one beside migration.yaml",
        ) from error
    except OSError as error:
        raise StateError(
            f"{path}: cannot be read: {error.strerror}",
            hint="look at the permissions of the file and of its folder",
        ) from error
    if not head.startswith(_MAGIC):
        raise StateError(
            f"{path}: {'is empty' if not head else 'is not a state file'}",
            hint=f"{UNTOUCHED}; move it away, or put the right file back from a backup",
        )
    if len(head) < _HEADER:
        raise damaged(path)
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise StateError(
            f"{path}: is a database of another program",
            hint=f"{UNTOUCHED}; move it away: the state file has to have this name",
        )
