"""State files that cannot be used: clear words, and the file as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from migrate_mail.errors import ExitCode, StateError
from migrate_mail.state.schema import MIGRATIONS
from migrate_mail.state.store import Store
from support.store import receipt, writer

NOBODY = 65534


@pytest.fixture
def path(tmp_path):
    """Where the state file of a test lies."""
    return tmp_path / "migration.state"


def _write(path):
    return writer(path)


def _read(path):
    return Store.read(path)


both = pytest.mark.parametrize("opened", [_write, _read], ids=["writer", "reader"])


def _small(path) -> None:
    with writer(path) as store:
        store.begin_run("preflight", "p")


def _filled(path) -> None:
    with writer(path) as store:
        folder = store.sync.folder("a@example.org", "INBOX", "INBOX", 1, 1).id
        store.sync.enter(folder, [receipt(uid) for uid in range(1, 2000)])


def _garbage(path) -> None:
    path.write_bytes(b"\x00\xffgarbage" * 100)


def _empty(path) -> None:
    path.touch()


def _torn_off(path) -> None:
    _filled(path)
    os.truncate(path, 40_000)


def _only_a_head(path) -> None:
    _filled(path)
    os.truncate(path, 60)


def _overwritten(path) -> None:
    _filled(path)
    with path.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(os.urandom(4096 * 10))


def _foreign(path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE photos (a)")


def _newer(path) -> None:
    _small(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")


@both
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_garbage, "is not a state file"),
        (_empty, "is empty"),
        (_torn_off, "is damaged"),
        (_only_a_head, "is damaged"),
        (_overwritten, "is damaged"),
        (_foreign, "is a database of another program"),
        (
            _newer,
            f"newer migrate-mail (format {len(MIGRATIONS) + 3}, this one knows {len(MIGRATIONS)})",
        ),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_is_no_state_file_of_ours_is_refused_and_not_changed(path, make, words, opened):
    """Neither a writer nor a reader touches a file that it cannot understand."""
    make(path)
    before = path.read_bytes()

    with pytest.raises(StateError) as error:
        opened(path)

    assert str(path) in error.value.message
    assert words in error.value.message
    assert "it was not changed" in (error.value.hint or "")
    assert error.value.exit_code is ExitCode.USAGE
    assert path.read_bytes() == before


@both
def test_a_directory_is_refused(path, opened):
    """A directory of that name is said to be one."""
    path.mkdir()

    with pytest.raises(StateError, match="cannot be read: Is a directory"):
        opened(path)

    assert list(path.iterdir()) == []


def test_a_reader_says_which_command_makes_the_file(path):
    """Without a state file a reader names the next step and makes nothing."""
    with pytest.raises(StateError, match="nothing was recorded yet") as error:
        Store.read(path)

    assert "migrate-mail preflight" in (error.value.hint or "")
    assert list(path.parent.iterdir()) == []


@both
def test_a_missing_folder_is_named(tmp_path, opened):
    """A folder that is not there is an error in words, not a traceback."""
    with pytest.raises(StateError, match=r"No such file|there is no state file"):
        opened(tmp_path / "nowhere" / "migration.state")


def test_a_name_with_odd_characters_works(tmp_path):
    """Characters with a meaning in URIs are nothing special in a file name."""
    path = tmp_path / "50% of #1? äöü.state"

    _small(path)

    with Store.read(path) as store:
        assert len(store.runs()) == 1
    assert path.exists()


def test_only_the_owner_may_read_from_the_first_byte(path):
    """The state file and all that lies beside it are for the owner only, whatever the umask."""
    before = os.umask(0)
    try:
        with writer(path) as store:
            store.begin_run("preflight", "p")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert set(modes) == {path.name + end for end in ("", "-wal", "-shm", ".lock")}
    assert set(modes.values()) == {0o600}


def test_half_made_leftovers_do_no_harm(path):
    """A file that was being made when the process was killed is made anew."""
    path.with_name("migration.state.new").write_bytes(b"half")
    path.with_name("migration.state.new-journal").write_bytes(b"half")

    _small(path)

    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, path.name + ".lock"]


def test_a_full_disk_loses_nothing_that_was_acknowledged(path):
    """On a full disk the write is refused in words; what was recorded before is there, whole."""
    with writer(path) as store:
        folder = store.sync.folder("a@example.org", "INBOX", "INBOX", 1, 1).id
        pages = store._db.rows("PRAGMA page_count")[0][0]
        store._db.rows(f"PRAGMA max_page_count = {pages + 20}")
        done = []

        def fill() -> None:
            for first in range(1, 100_000, 100):
                store.sync.enter(folder, [receipt(uid) for uid in range(first, first + 100)])
                done.extend(range(first, first + 100))

        with pytest.raises(StateError, match="the disk is full") as error:
            fill()
        store._db.rows("PRAGMA max_page_count = 1000000")
        store.begin_run("sync", "p")  # the store is usable again

    assert "free some space" in (error.value.hint or "")
    assert done
    with Store.read(path) as store:
        assert [c.old_uid for c in store.sync.copies(folder)] == done
        assert len(store.runs()) == 1


@contextmanager
def _unprivileged(folder: Path):
    """Act as somebody without rights on a folder; root is made nobody meanwhile."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def guarded_path():
    """Where a state file lies that somebody else may be kept from."""
    folder = Path(tempfile.mkdtemp(prefix="migrate-mail-"))
    folder.chmod(0o755)
    yield folder / "migration.state"
    folder.chmod(0o700)
    shutil.rmtree(folder)


@both
def test_a_file_that_may_not_be_read_is_refused(guarded_path, opened):
    """Missing rights are said in words and name the file."""
    _small(guarded_path)
    guarded_path.chmod(0)
    guarded_path.with_name(guarded_path.name + ".lock").chmod(0o666)

    with (
        _unprivileged(guarded_path.parent),
        pytest.raises(StateError, match=r"migration\.state: cannot be read: Permission denied"),
    ):
        opened(guarded_path)


def test_a_folder_that_may_not_be_written_is_refused(guarded_path):
    """A writer in a read-only folder says so and leaves nothing behind."""
    guarded_path.parent.chmod(0o555)

    with (
        _unprivileged(guarded_path.parent),
        pytest.raises(StateError, match="cannot be written: Permission denied") as error,
    ):
        writer(guarded_path)

    assert "folder must be writable" in (error.value.hint or "")
    assert list(guarded_path.parent.iterdir()) == []


def test_a_report_from_a_read_only_folder_works(guarded_path):
    """An archived migration can be read where nothing may be written."""
    _small(guarded_path)
    guarded_path.chmod(0o444)
    guarded_path.parent.chmod(0o555)

    with _unprivileged(guarded_path.parent), Store.read(guarded_path) as store:
        assert len(store.runs()) == 1

    assert {p.name for p in guarded_path.parent.iterdir()} == {
        guarded_path.name,
        guarded_path.name + ".lock",
    }
