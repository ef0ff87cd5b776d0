"""Two mail systems of the lab with one account each, and a sync between them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from migrate_mail.finding import utc_now
from migrate_mail.inventory.model import Account, Inventory, Login, MigrationFile, SecretRef
from migrate_mail.lab.imap import ImapServer
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret
from migrate_mail.state.store import Store
from migrate_mail.sync.content import content_hash, second
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.fleet import sync_all
from migrate_mail.sync.folders import pair_folders
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.phase import DEFAULT, Course
from migrate_mail.sync.progress import SyncProgress
from migrate_mail.sync.verify import compare

ANNA, BERT = "anna@example.org", "bert@example.org"
AT = datetime(2026, 2, 27, 23, 59, 59, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def inventory_for(
    base: Path, old_port: int, new_port: int, users=(ANNA, BERT), connections=4
) -> Inventory:
    """Return the inventory of a migration between two servers on loopback."""
    side = {"connections": connections, "ca": "ca.pem"}
    spec = MigrationFile.model_validate(
        {
            "schema": "migrate-mail/migration/v1",
            "name": "test",
            "domains": ["example.org"],
            "systems": {
                name: {
                    "mx": [{"host": f"mx.{name}.example"}],
                    "imap": {"host": f"imap.{name}.example", **side},
                }
                for name in ("old", "new")
            },
            "probe": {"sender": "probe@example.net", "helo": "probe.example.net"},
            "connect": {
                "imap.old.example:993": f"127.0.0.1:{old_port}",
                "imap.new.example:993": f"127.0.0.1:{new_port}",
            },
        }
    )
    ref = SecretRef("env", "UNUSED")
    accounts = tuple(Account(u, Login(u, ref), Login(u, ref)) for u in users)
    return Inventory(spec, base / "migration.yaml", accounts, (), "test")


def doors_for(inventory: Inventory, timeout: float = 20) -> Doors:
    """Return the doors to both sides; every password is `pw`."""
    dialer = ImapDialer(
        routes=Routes(inventory.spec.connect),
        limits=HostLimits(),
        timeout=timeout,
        wait=lambda _: None,
    )
    return Doors(inventory, dialer, lambda _: Secret("pw"))


@dataclass
class Move:
    """A migration between two lab servers, with what tests want to do to it."""

    old: ImapServer
    new: ImapServer
    inventory: Inventory
    seen: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    course: Course = DEFAULT
    watch: Callable[[SyncProgress], None] | None = None
    spare: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def state(self) -> Path:
        """The state file."""
        return self.inventory.base / "migration.state"

    def kit(self, store: Store) -> SyncKit:
        """Return what the engine needs; time does not pass while it waits."""
        return SyncKit(
            doors=doors_for(self.inventory),
            journal=store.sync,
            clock=utc_now,
            wait=self.waits.append,
            stop=self.stop,
            watch=self.watch or self.seen.append,
            course=self.course,
            spare=self.spare,
        )

    def sync(self, user: str = ANNA):
        """Sync one account, in the state file of this migration."""
        account = next(a for a in self.inventory.accounts if a.address == user)
        with Store.open(self.state, command="sync") as store:
            return sync_account(account, self.kit(store))

    def sync_all(self, jobs: int = 4):
        """Sync every account."""
        with Store.open(self.state, command="sync") as store:
            return sync_all(self.inventory.accounts, self.kit(store), jobs=jobs)

    def failures(self):
        """Return what the journal says was not copied."""
        with Store.read(self.state) as store:
            return store.sync.failures()

    def parity(self, user: str = ANNA, *, deep=True):
        """Compare both sides as `verify` does."""
        account = next(a for a in self.inventory.accounts if a.address == user)
        doors = doors_for(self.inventory)
        with doors.old(account) as old, doors.new_read_only(account) as new:
            return compare(old, new, pair_folders(old, new), deep=deep)

    def appends(self) -> int:
        """Return how many APPENDs new has received."""
        return sum(entry.verb == "APPEND" for entry in self.new.log)

    def forget_state(self) -> None:
        """Lose the state file."""
        for path in self.inventory.base.glob("migration.state*"):
            path.unlink()


def contents(server: ImapServer, user: str, folder: str) -> Counter:
    """Return a folder as a multiset of what must be kept: content, flags, date."""
    return Counter(
        (content_hash(m.body), tuple(sorted(f.lower() for f in m.flags)), second(m.date))
        for m in server.messages(user, folder)
    )


def message(
    number: int, *, size: int = 200, message_id: str | None = "", text: str = ""
) -> bytes:
    """Return a message. message_id: None for none, empty for one of its own."""
    identity = f"<{number}@example.net>" if message_id == "" else message_id
    lines = [
        f"From: sender{number}@example.net",
        f"Subject: Message {number}",
        *([f"Message-ID: {identity}"] if identity else []),
        "",
        text or f"Text of {number}.",
        "x" * min(size, 70),
        *(["y" * 70] * (size // 72)),
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def fill(server: ImapServer, user: str = ANNA) -> None:
    """Fill an account with what mailboxes really hold."""
    for n in range(1, 8):
        flags = [["\\Seen"], [], ["\\Answered", "\\Flagged"], ["\\Seen", "$Label1"]][n % 4]
        server.deliver(
            user, "INBOX", message(n), flags=flags, date=AT + timedelta(minutes=n, days=-n)
        )
    server.deliver(user, "Work/2024", message(20, size=9000), flags=["\\Seen"], date=AT)
    server.deliver(user, "Work/2024", message(21, message_id=None), date=AT)
    server.deliver(user, "Work/Grün & blau", message(22, text="ünïcödé"), date=AT)
    server.deliver(user, "Sent", message(30), flags=["\\Seen"], date=AT)
    server.deliver(user, "Sent", message(30), flags=["\\Seen"], date=AT)  # twice, on purpose
    server.deliver(user, "Sent", message(31, message_id="<30@example.net>"), date=AT)
    server.deliver(user, "Drafts", message(40), flags=["\\Draft"], date=AT.astimezone(UTC))
    server.make_folder(user, "Empty")


TARGETS = {
    "INBOX": "INBOX",
    "Work/2024": "INBOX.Work.2024",
    "Work/Grün & blau": "INBOX.Work.Grün & blau",
    "Sent": "INBOX.Sent",
    "Drafts": "INBOX.Drafts",
    "Empty": "INBOX.Empty",
}
"""What `fill`'s folders become on the new side of the fixture."""


def assert_same(move: Move, user: str = ANNA, targets=None) -> None:
    """Assert that every folder holds the same multiset on both sides."""
    for old, new in (targets or TARGETS).items():
        assert contents(move.new, user, new) == contents(move.old, user, old), old
