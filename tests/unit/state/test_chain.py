"""The history is linked by hashes: whatever was changed, taken out or slipped in afterwards shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from migrate_mail.state.schema import MIGRATIONS, migrate
from migrate_mail.state.store import Store
from support.store import NOON, writer
from support.told import tell


@pytest.fixture
def path(tmp_path):
    """Give a state file with something of everything."""
    path = tmp_path / "migration.state"
    tell(path)
    return path


def tamper(path, *statements: str) -> None:
    """Do what somebody does who knows SQLite: triggers away, then the change."""
    with closing(sqlite3.connect(path)) as db:
        names = [
            r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
        for name in names:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        db.commit()


def faults(path) -> tuple[str, ...]:
    """Return what `verify` finds."""
    with Store.read(path) as store:
        return store.chain().faults


def test_a_history_that_was_only_written_is_whole(path):
    """Every row is linked; the head is the last link."""
    with Store.read(path) as store:
        found = store.chain()
        rows = sum(len(r) for name, r in store.history().items() if name != "chain")

    assert found.faults == ()
    assert found.length == rows > 20
    assert len(found.head) == 64


@pytest.mark.parametrize(
    ("statement", "sign"),
    [
        ("UPDATE results SET outcome = 'pass' WHERE outcome = 'fail'", "of results is not as it was"),
        ("UPDATE confirmations SET by = 'somebody else'", "of confirmations is not as it was"),
        ("UPDATE deliveries SET seconds = 0.1", "of deliveries is not as it was"),
        ("DELETE FROM waivers", "of waivers is gone"),
        ("DELETE FROM chain WHERE id = 3", "links 3 to 3 are gone"),
        ("INSERT INTO overrides (command, verdict, reason, by, at) VALUES ('x', 'x', 'x', 'x', 'x')", "of overrides was not written"),
    ],
)  # fmt: skip
def test_what_was_changed_afterwards_shows(path, statement, sign):
    """A change, a row that is gone, a link that is gone, a row that was slipped in."""
    tamper(path, statement)

    assert [f for f in faults(path) if sign in f]


def test_a_history_that_was_cut_off_does_not_hold_a_head_that_was_printed(path):
    """The chain alone cannot see that its end is gone; the report on paper can."""
    with Store.read(path) as store:
        length, head = store.head()
        ((table, row),) = [(r["of_table"], r["of_row"]) for r in store.history()["chain"][-1:]]
    tamper(path, f"DELETE FROM {table} WHERE rowid = {row}", f"DELETE FROM chain WHERE id = {length}")  # fmt: skip

    with Store.read(path) as store:
        assert store.chain().faults == ()
        assert not store.has_link(head[:16])


def test_another_program_cannot_add_by_mistake(path):
    """An INSERT without our function fails, and nothing is added."""
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.OperationalError):
        db.execute("INSERT INTO plans VALUES ('x', '{}')")

    assert faults(path) == ()


def test_an_older_file_is_linked_when_it_is_taken_over(tmp_path):
    """What an earlier version wrote is linked as it was found."""
    path = tmp_path / "migration.state"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, NOON, MIGRATIONS[:10])
        db.execute("INSERT INTO plans VALUES ('x', '{}')")
    writer(path).close()

    with Store.read(path) as store:
        assert store.chain().faults == ()
        assert store.head()[0] == 1


def test_a_copy_is_whole_and_nothing_is_replaced(path, tmp_path):
    """A copy made while another command writes has the same head."""
    with Store.open(path, command="sync") as busy, Store.read(path) as store:
        store.copy_to(tmp_path / "copy.state")
        busy.begin_run("preflight", "p")

    with Store.read(tmp_path / "copy.state") as copy, Store.read(path) as now:
        assert copy.chain().faults == ()
        assert now.has_link(copy.head()[1])
        assert now.head()[0] == copy.head()[0] + 1
