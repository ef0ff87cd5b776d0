"""Migrations: from nothing and from every earlier version to the same tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from migrate_mail.state.records import CopyRecord
from migrate_mail.state.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of
from migrate_mail.state.store import Store
from support.store import NOON, writer


def _tables(path) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def _names(path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT name FROM migrations ORDER BY rowid")]


def _at_version(path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, NOON, MIGRATIONS[:version])


def test_migrations_are_named_and_numbered():
    """A migration's name tells its place, so that none is moved or removed unnoticed."""
    numbers = [m.__name__[:5] for m in MIGRATIONS]

    assert numbers == [f"m{n:03d}_" for n in range(1, len(MIGRATIONS) + 1)]


def test_a_new_file_is_ours(tmp_path):
    """A new file bears our application id and the names of all migrations."""
    path = tmp_path / "migration.state"

    writer(path).close()

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert version_of(db) == len(MIGRATIONS)
    assert _names(path) == [m.__name__ for m in MIGRATIONS]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_every_earlier_version_is_brought_up_to_date(tmp_path, version):
    """From each earlier version come the tables that a new file has."""
    new, old = tmp_path / "new.state", tmp_path / "old.state"
    writer(new).close()
    _at_version(old, version)

    writer(old).close()

    assert _tables(old) == _tables(new)
    assert _names(old) == _names(new)


def test_what_was_recorded_survives_a_migration(tmp_path):
    """Rows of an earlier version are there after it was brought up to date."""
    path = tmp_path / "migration.state"
    _at_version(path, 1)
    with closing(sqlite3.connect(path)) as db:
        row = (NOON.isoformat(),)
        db.execute("INSERT INTO runs VALUES (1, 'preflight', 'p', ?, '0.0.1', 'anna')", row)
        db.commit()

    with writer(path) as store:
        assert [r.version for r in store.runs()] == ["0.0.1"]


def test_receipts_and_intents_of_an_earlier_version_count(tmp_path):
    """A receipt stays one, but not as ours to remove; an intent becomes a window to look from."""
    path = tmp_path / "migration.state"
    _at_version(path, 5)
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO sync_folders VALUES (1, 'anna@example.org', 'a', 'b', 7, 9)")
        rows = [(1, 10, 40), (2, 11, None), (3, 12, None)]
        db.executemany(
            "INSERT INTO sync_messages VALUES (1, ?, ?, 50 - ?, 100, '\\Seen', '2026', x'00')",
            [(old, new, number) for number, old, new in rows],
        )
        db.commit()

    with writer(path) as store:
        assert list(store.sync.copies(1)) == [CopyRecord(10, 40, 100, ("\\Seen",), ours=False)]
        assert store.sync.windows("anna@example.org") == {1: 47}


def test_a_reader_understands_an_earlier_version_without_changing_it(tmp_path):
    """Reports work on the file of an older program; the file stays as it is."""
    path = tmp_path / "migration.state"
    _at_version(path, 2)
    before = path.read_bytes()

    with Store.read(path) as store:
        assert store.sync.totals() == []
        assert store.deliveries() == []

    assert path.read_bytes() == before


def test_a_migration_that_breaks_changes_nothing(tmp_path):
    """A migration is all or nothing, also when a later one of several fails."""
    path = tmp_path / "migration.state"
    _at_version(path, 1)

    def m999_broken(db: sqlite3.Connection) -> None:
        """Fail after having done something."""
        db.execute("CREATE TABLE half (a)")
        db.execute("CREATE TABLE runs (a)")

    before = _tables(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(db, NOON, [*MIGRATIONS[:2], m999_broken])
        assert version_of(db) == 1

    assert _tables(path) == before
