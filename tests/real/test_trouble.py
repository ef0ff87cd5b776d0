"""Folders that are made anew, renamed or restored, sessions that are cut off or refused: nothing lost or doubled."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from migrate_mail.net.imap_turns import LARGE
from real.mailbox import Mailbox
from real.pair import Pair, letters
from real.servers.logins import Logins

pytestmark = pytest.mark.real

NAMES = (
    "anew-old",
    "anew-new",
    "renamed",
    "restored",
    "cut",
    "limit",
    "gone",
    "ahead",
    "large",
)
USERS = {f"{name}@{side}.test": "pw" for name in NAMES for side in ("old", "new")}
WORK = ("Arbeit",)
FILL = (b"x" * 98 + b"\r\n") * (LARGE // 100 + 1)


@pytest.fixture(scope="module")
def dovecot(machine):
    """One Dovecot for both sides."""
    with tempfile.TemporaryDirectory(prefix="mmt-") as one:
        folder = Path(one)
        folder.chmod(0o755)
        trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
        server = Logins(
            folder, users=USERS, masters={}, introspection="", ca=folder / "other.pem"
        )
        yield server
        server.end()


@pytest.fixture
def pair(dovecot, tmp_path, monkeypatch, request):
    """A pair of mailboxes of its own, by name."""
    monkeypatch.setenv("PW", "pw")
    return Pair(dovecot, request.param, tmp_path)


def of(name: str):
    """Give a test the pair of this name."""
    return pytest.mark.parametrize("pair", [name], indirect=True)


def _order(box: Mailbox, command: str, *names: str) -> None:
    box._do(command, *names)


@of("anew-old")
def test_a_folder_made_anew_at_old_is_matched(pair):
    """Deleted and made again at old, with what it held and more: only what is more is sent."""
    pair.put(*letters(WORK, 1, 10))
    pair.sync()
    with pair.box(pair.old) as box:
        _order(box, "delete", "Arbeit")
    pair.put(*letters(WORK, 1, 12))

    outcome = pair.sync()

    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 2, 10)
    assert pair.is_complete()


@of("anew-new")
def test_a_folder_made_anew_at_new_is_filled_again(pair):
    """Deleted and made again at new, with half of what it held: the other half is sent again."""
    pair.put(*letters(WORK, 1, 10))
    pair.sync()
    with pair.box(pair.new) as box:
        _order(box, "delete", "Arbeit")
        box.put(letters(WORK, 1, 5))

    outcome = pair.sync()

    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 5, 5)
    assert pair.is_complete()


@of("renamed")
def test_a_folder_renamed_at_old_is_no_loss(pair):
    """Renamed at old: its mail is at new under the name it has now, and also under the one it had."""
    pair.put(*letters(WORK, 1, 10))
    pair.sync()
    with pair.box(pair.old) as box:
        _order(box, "rename", "Arbeit", "Firma")
    pair.put(*letters(("Firma",), 11, 1))

    assert pair.sync().state == "done"

    assert pair.there(pair.new)["Firma",] == pair.there(pair.old)["Firma",]
    assert pair.sync().copied == 0


@of("restored")
def test_new_restored_from_a_backup_is_completed(pair):
    """New is set back to yesterday, UIDVALIDITY and all: what it forgot is sent again, and only that."""
    pair.put(*letters(WORK, 1, 5), *letters((), 1, 5))
    pair.sync()
    backup = pair.stored(pair.new).with_name("backup")
    shutil.copytree(pair.stored(pair.new), backup)
    pair.put(*letters(WORK, 6, 5))
    pair.sync()
    pair.server.throw_out(pair.new)
    pair.server.stop()
    shutil.rmtree(pair.stored(pair.new))
    shutil.copytree(backup, pair.stored(pair.new))
    for path in (pair.stored(pair.new), *pair.stored(pair.new).rglob("*")):
        shutil.chown(path, "mail", "mail")
    pair.server.start()

    outcome = pair.sync()

    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 5, 0)
    assert pair.is_complete()


@of("cut")
def test_sessions_that_are_killed_are_opened_again(pair):
    """Both sessions killed in the middle of the copy: the sync goes on by itself, and nothing is doubled."""
    pair.put(*letters(WORK, 1, 200, size=20_000))
    killed = []

    def watch(progress):
        if progress.state == "copying" and len(killed) < 2:
            killed.append(progress)
            pair.server.throw_out(pair.new if len(killed) == 1 else pair.old)

    outcome = pair.sync(watch)

    assert (len(killed), outcome.state) == (2, "done"), outcome
    assert pair.is_complete()


@of("limit")
def test_too_many_sessions_are_told_and_waited_for(pair):
    """The server lets nobody else in: the sync waits, and is done when there is room."""
    pair.put(*letters(WORK, 1, 5))
    pair.server.stop()
    pair.server.start("protocol imap {\n  mail_max_userip_connections = 2\n}\n")
    held = [pair.box(pair.new) for _ in range(2)]
    told = []

    def watch(progress):
        if progress.state in {"retrying", "waiting"}:
            told.append(progress.note)
            for box in held:
                _order(box, "noop")
                box._imap.shutdown()
            held.clear()

    try:
        outcome = pair.sync(watch)
    finally:
        pair.server.stop()
        pair.server.start()

    assert outcome.state == "done", outcome
    assert told
    assert "connections" in told[0].lower()
    assert pair.is_complete()


@of("ahead")
def test_a_second_run_asks_with_the_login(pair, tmp_path):
    """Dovecot reads on behind a login over TLS: all was asked before it answered, and all is answered."""
    pair.put(*letters(WORK, 1, 10))
    pair.sync()
    talk = tmp_path / "talk.txt"
    again = pair.sync(transcript=talk)

    lines = [line.split(maxsplit=2)[1:] for line in talk.read_text().splitlines()]
    for one in ("1", "2"):
        said = [rest for connection, rest in lines if connection == one]
        before = said[: next(n for n, rest in enumerate(said) if rest.startswith("< M0 OK"))]
        assert [rest.split()[2] for rest in before if rest.startswith("> ")] == ["AUTHENTICATE", "STATUS", "STATUS", "NAMESPACE", "LIST", "LSUB"]  # fmt: skip
    assert (again.state, again.copied, again.folders) == ("done", 0, 2)
    assert pair.is_complete()


@of("large")
def test_large_ones_come_over_two_connections(pair, tmp_path):
    """Large messages in a row are all there, in their order, and the server has seen us twice at new."""
    large = [replace(one, body=one.body + FILL) for one in letters(WORK, 1, 7)]
    pair.put(*large)

    outcome = pair.sync(transcript=tmp_path / "transcript")

    assert (outcome.state, outcome.copied) == ("done", 7)
    with pair.box(pair.old) as old, pair.box(pair.new) as new:
        assert new.order(WORK) == old.order(WORK)
    # One to read from, two to write to.
    assert (tmp_path / "transcript").read_text().count(" = connected to ") == 3
    assert pair.is_complete()
