"""A mailbox that is full, a disk that is full, a server that is restarted: nothing is lost, nothing doubled."""

from __future__ import annotations

import imaplib
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import trustme

from migrate_mail.errors import StateError
from migrate_mail.finding import utc_now
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.world import open_world
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.fleet import sync_all
from migrate_mail.sync.mailbox import Doors
from real.servers.dovecot import quota
from real.servers.logins import HOST, Logins
from support.seeing import open_eyes

pytestmark = pytest.mark.real

NAMES = ("anna", "bert")
USERS = {f"{name}@{side}.test": "pw" for name in NAMES for side in ("old", "quota", "disk", "restart", "state")}  # fmt: skip
YAML = """\
schema: migrate-mail/migration/v1
name: hardship
domains: [old.test]
systems:
  old: {{mx: [{{host: mx.old.example}}], imap: {{host: {host}, ca: {ca}, secret: "env:PW"}}}}
  new: {{mx: [{{host: mx.new.example}}], imap: {{host: {host}, ca: {ca}, secret: "env:PW"}}}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect: {connect}
"""
MANY, FEW, SIZE = 60, 5, 50_000


@pytest.fixture(scope="module")
def dovecot(machine):
    """One Dovecot for both sides; anna has 3 MB at old, bert a little."""
    with tempfile.TemporaryDirectory(prefix="mmh-") as one:
        folder = Path(one)
        folder.chmod(0o755)
        trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
        server = Logins(
            folder, users=USERS, masters={}, introspection="", ca=folder / "other.pem"
        )
        for name, count in zip(NAMES, (MANY, FEW), strict=True):
            with _box(server, f"{name}@old.test") as box:
                for number in range(count):
                    body = b"Subject: %d\r\nMessage-ID: <%d@x>\r\n\r\n" % (number, number)
                    box.append("INBOX", "", None, body + (b"x" * 98 + b"\r\n") * (SIZE // 100))
        yield server
        server.end()


def _box(server, user: str) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=str(server.ca))
    context.check_hostname = False
    box = imaplib.IMAP4_SSL(server.address, ssl_context=context, timeout=20)
    box.authenticate("PLAIN", lambda _: f"\0{user}\0pw".encode())
    return box


def _there(server, user: str) -> Counter:
    """Return the messages of a user by their bytes."""
    with _box(server, user) as box:
        _, [count] = box.select("INBOX", True)
        if not int(count):
            return Counter()
        _, data = box.fetch("1:*", "(BODY.PEEK[])")
        return Counter(part[1] for part in data if isinstance(part, tuple))


@pytest.fixture
def sync(dovecot, tmp_path, monkeypatch):
    """Sync both accounts to the users of one kind; returns the outcomes by name."""
    monkeypatch.setenv("PW", "pw")

    def do(kind: str, *, watch=lambda _: None, wait=lambda _: None, state=None):
        text = YAML.format(host=HOST, ca=dovecot.ca, connect=json.dumps(dovecot.connect))
        (tmp_path / "migration.yaml").write_text(text)
        rows = "".join(f"{n}@old.test,{n}@{kind}.test\n" for n in NAMES)
        (tmp_path / "accounts.csv").write_text(f"address,new_user\n{rows}")
        inventory = load_inventory(tmp_path / "migration.yaml")
        world = open_world(inventory)
        with Store.open(state or tmp_path / "migration.state", command="sync") as store:
            doors = Doors(inventory, world.imap, world.secret, world.renewed)
            kit = SyncKit(doors, store.sync, utc_now, wait, threading.Event(), watch)
            outcomes = sync_all(inventory.accounts, kit, jobs=2)
        return {o.account.partition("@")[0]: o for o in outcomes}

    return do


def _complete(dovecot, kind: str) -> bool:
    return all(
        _there(dovecot, f"{n}@old.test") == _there(dovecot, f"{n}@{kind}.test") for n in NAMES
    )


def test_a_full_mailbox_stops_its_account_and_no_other(dovecot, sync, tmp_path):
    """Quota reached in the middle: the reason and the next step are told, and with more room the rest arrives.

    The check of the room says so beforehand.
    """
    dovecot.stop()
    dovecot.start(quota("1000000B"))
    try:
        full = sync("quota")
        assert full["bert"].state == "done"
        assert full["anna"].state == "failed"
        assert "quota" in full["anna"].reason.lower()
        assert _there(dovecot, "anna@quota.test").total() < MANY
        room = open_eyes(tmp_path / "migration.yaml", patience=5).see("imap.room")
        assert {f.subject: f.tag for f in room} == {
            "anna@old.test": "QUOTA_TOO_SMALL",
            "bert@old.test": "QUOTA_ENOUGH",
        }
    finally:
        dovecot.stop()
        dovecot.start()

    assert {o.state for o in sync("quota").values()} == {"done"}
    assert _complete(dovecot, "quota")
    assert sum(o.copied for o in sync("quota").values()) == 0


def test_a_full_disk_at_new_is_survived(dovecot, sync):
    """No space where the mailbox lies: nothing is called copied that is not there, and afterwards all is."""
    place = dovecot.folder / "mail" / "anna@disk.test"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    try:
        shutil.chown(place, "mail", "mail")
        full = sync("disk")
        assert full["bert"].state == "done"
        assert full["anna"].state in {"failed", "incomplete"}
        assert full["anna"].reason or full["anna"].failed
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    dovecot.throw_out("anna@disk.test")
    shutil.chown(place, "mail", "mail")

    assert {o.state for o in sync("disk").values()} == {"done"}
    assert _complete(dovecot, "disk")


def test_a_restart_is_waited_for(dovecot, sync):
    """Restarted in the middle of the copy, old and new at once: the sync comes back by itself."""
    restarted, inside = [], set()

    def watch(progress):
        if progress.state in {"looking", "copying", "done"}:
            inside.add(progress.account)  # a first login in a restart may be called a wrong one
        if len(inside) == len(NAMES) and progress.state == "copying" and not restarted:
            restarted.append(progress)
            dovecot.stop()
            threading.Timer(0.5, dovecot.start).start()

    outcomes = sync("restart", watch=watch, wait=lambda _: time.sleep(0.4))

    assert restarted
    assert {o.state for o in outcomes.values()} == {"done"}, outcomes
    assert _complete(dovecot, "restart")


def test_a_full_disk_under_the_state_file_is_told(dovecot, sync, tmp_path):
    """Our own disk is full: a clear error, and with room again nothing is lost or doubled."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], check=True)
    try:
        filler = place / "filler"

        def watch(progress):
            if progress.state == "looking" and not filler.exists():
                filler.write_bytes(b"x" * (shutil.disk_usage(place).free - 8192))

        with pytest.raises(StateError) as caught:
            sync("state", watch=watch, state=place / "migration.state")
        assert "disk" in caught.value.told.lower() or "full" in caught.value.told.lower()
        filler.unlink()
        outcomes = sync("state", state=place / "migration.state")
    finally:
        subprocess.run(["umount", "-l", place], check=True)

    assert {o.state for o in outcomes.values()} == {"done"}
    assert _complete(dovecot, "state")
