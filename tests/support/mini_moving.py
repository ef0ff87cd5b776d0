"""A sync between two small servers that can be told what to answer, on a clock of its own."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrate_mail.inventory.model import Account, Inventory, Login, MigrationFile, SecretRef
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.fleet import sync_all
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.phase import DEFAULT, Course
from support.mini_imap import MiniServer
from support.moving import ANNA

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def inventory_of(
    base: Path, servers: tuple[MiniServer, MiniServer], users=(ANNA,), sync=None, **sides
) -> Inventory:
    """Return the inventory of a migration between two small servers. old, new: more for `imap`."""
    old, new = servers
    side = {"tls": "none", "connections": 4, "port": 143}
    spec = MigrationFile.model_validate(
        {
            "schema": "migrate-mail/migration/v1",
            "name": "test",
            "domains": ["example.org"],
            "systems": {
                name: {
                    "mx": [{"host": f"mx.{name}.example"}],
                    "imap": {"host": f"imap.{name}.example", **side, **sides.get(name, {})},
                }
                for name in ("old", "new")
            },
            "sync": sync or {},
            "probe": {"sender": "probe@example.net", "helo": "probe.example.net"},
            "connect": {
                "imap.old.example:143": f"127.0.0.1:{old.port}",
                "imap.new.example:143": f"127.0.0.1:{new.port}",
            },
        }
    )
    ref = SecretRef("env", "UNUSED")
    accounts = tuple(Account(u, Login(u, ref), Login(u, ref)) for u in users)
    return Inventory(spec, base / "migration.yaml", accounts, (), "test")


@dataclass
class MiniMove:
    """A migration between two small servers; time passes only where we wait."""

    old: MiniServer
    new: MiniServer
    inventory: Inventory
    seen: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    now: datetime = NOON
    course: Course = DEFAULT
    secret: object = None
    renewed: object = None
    slot_wait: float = 60

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def doors(self) -> Doors:
        """Return the doors to both sides."""
        dialer = ImapDialer(
            routes=Routes(self.inventory.spec.connect),
            limits=HostLimits(),
            timeout=20,
            wait=lambda _: None,
        )
        return Doors(
            self.inventory, dialer, self.secret or (lambda _: Secret("pw")), self.renewed
        )

    def kit(self, store: Store, **more) -> SyncKit:
        """Return what the engine needs."""
        return SyncKit(
            doors=self.doors(),
            journal=store.sync,
            clock=lambda: self.now,
            wait=self.wait,
            stop=self.stop,
            watch=self.seen.append,
            course=self.course,
            **more,
        )

    def sync(self):
        """Sync the first account."""
        with Store.open(self.inventory.base / "migration.state", command="sync") as store:
            return sync_account(self.inventory.accounts[0], self.kit(store))

    def sync_all(self, jobs: int = 4):
        """Sync every account."""
        with Store.open(self.inventory.base / "migration.state", command="sync") as store:
            return sync_all(self.inventory.accounts, self.kit(store), jobs=jobs)

    def looks(self) -> list:
        """Return the books of every folder of the first account."""
        with Store.read(self.inventory.base / "migration.state") as store:
            return list(store.sync.looks(self.inventory.accounts[0].address).values())

    def merged(self) -> list:
        """Return what new holds as one with another, by name."""
        with Store.read(self.inventory.base / "migration.state") as store:
            return store.sync.merged_by_name()

    def bodies(self, server: MiniServer, folder: str = "INBOX") -> Counter:
        """Return a folder as a multiset of bodies."""
        return Counter(m.body for m in server.folder(folder).mails)
