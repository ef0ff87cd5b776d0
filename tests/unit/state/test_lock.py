"""One writer at a time, named; and a writer that is killed harms nothing."""

from __future__ import annotations

import random
import re
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from migrate_mail.errors import StateError
from migrate_mail.state.records import Confirmation
from migrate_mail.state.store import Store
from support.store import Hands, python, writer

HOLD = """
import sys
from pathlib import Path
from migrate_mail.state.store import Store
with Store.open(Path(sys.argv[1]), command="sync"):
    print("held", flush=True)
    sys.stdin.readline()
"""
WRITE = """
import sys
from pathlib import Path
from migrate_mail.state.records import CopyRecord
from migrate_mail.state.store import Store
with Store.open(Path(sys.argv[1]), command="sync") as store:
    folder = store.sync.folder("a@example.org", "INBOX", "INBOX", 1, 1).id
    uid = max((c.old_uid for c in store.sync.copies(folder)), default=0)
    while True:
        uid += 1
        store.sync.enter(folder, [CopyRecord(uid, uid, 9, ())])
        print(uid, flush=True)
"""


@pytest.fixture
def path(tmp_path):
    """Where the state file of a test lies."""
    return tmp_path / "migration.state"


def test_a_second_writer_is_told_who_holds_the_file(path):
    """A command that comes second names person, host, process, command and since when."""
    with python(HOLD, str(path)) as holder:
        holder.stdout.readline()

        with pytest.raises(StateError) as error:
            writer(path)
        holder.stdin.close()

    assert re.fullmatch(
        rf".*migration\.state: is being written by another command: \S.*@\S+, pid {holder.pid},"
        r" `sync`, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC",
        error.value.message,
    )
    assert "migrate-mail report" in (error.value.hint or "")


def test_the_next_writer_gets_in_when_the_first_has_ended(path):
    """The lock ends with its holder; its file stays and does no harm."""
    with python(HOLD, str(path)) as holder:
        holder.stdout.readline()
        holder.stdin.close()

    with writer(path) as store:
        assert store.runs() == []


def test_two_writers_in_one_process_exclude_each_other(path):
    """A second Store.open in the same process is refused as well."""
    with writer(path), pytest.raises(StateError, match="`preflight`, since 2026-03-13 12:00"):
        Store.open(path, command="confirm", clock=Hands())


def test_people_may_speak_while_a_command_runs(path):
    """A confirmation is added beside a command that holds the lock; nothing else gets in."""
    said = Confirmation("announced", "digest", "anna", "", datetime.now(UTC))
    with python(HOLD, str(path)) as holder:
        holder.stdout.readline()

        with Store.open_beside(path, command="confirm") as beside:
            beside.confirm(said)
        with pytest.raises(StateError):
            writer(path)
        holder.stdin.close()

    with Store.read(path) as store:
        assert store.confirmations() == [said]


def test_a_lock_without_words_is_still_a_lock(path):
    """A holder that has not written its name yet is not overrun."""
    with writer(path):
        path.with_name(path.name + ".lock").write_text("{")

        with pytest.raises(StateError, match="has not said who it is"):
            writer(path)


def test_readers_need_no_lock(path):
    """Reports work while a command writes."""
    with writer(path) as store:
        store.begin_run("sync", "p")

        with Store.read(path) as one, Store.read(path) as other:
            assert len(one.runs()) == len(other.runs()) == 1


def test_a_failed_opening_lets_go_of_the_lock(path):
    """After a refusal the next writer is told the same, not that the file is held."""
    path.write_bytes(b"garbage")

    for _ in range(2):
        with pytest.raises(StateError, match="is not a state file"):
            writer(path)


def test_kill_9_loses_nothing_that_was_acknowledged(path):
    """Killed at any moment, ten times over: readers and the next writer find every acknowledged row."""
    acknowledged: set[int] = set()
    for _ in range(10):
        with python(WRITE, str(path)) as victim:
            acknowledged.add(int(victim.stdout.readline()))
            end = time.monotonic() + random.uniform(0, 0.05)
            while time.monotonic() < end:
                acknowledged.add(int(victim.stdout.readline()))
            victim.kill()
            acknowledged |= {int(line) for line in victim.stdout if line.endswith("\n")}

        with Store.read(path) as reader:
            copied = {copy.old_uid for copy in reader.sync.copies(1)}
        assert copied >= acknowledged
        with writer(path) as store:
            assert {copy.old_uid for copy in store.sync.copies(1)} >= copied


def test_a_kill_while_the_file_is_made_leaves_none_or_a_whole_one(path):
    """Killed while it starts: the next writer makes or takes the file without a word."""
    for delay in [n / 50 for n in range(6)]:
        with python(HOLD, str(path)) as victim:
            with suppress(subprocess.TimeoutExpired):
                victim.wait(delay)
            victim.kill()

        with writer(path) as store:
            assert store.runs() == []
        path.unlink()
