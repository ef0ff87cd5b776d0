"""One account at one Dovecot, moved to another account there: for what happens to folders between two runs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from migrate_mail.finding import utc_now
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.world import open_world
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.fleet import sync_all
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.progress import AccountOutcome, SyncProgress
from real.mailbox import Contents, Letter, Mailbox
from real.servers.logins import HOST, Logins

AT = datetime(2024, 3, 5, 10, 0, tzinfo=UTC)
YAML = """\
schema: migrate-mail/migration/v1
name: pair
domains: [old.test]
systems:
  old: {{mx: [{{host: mx.old.example}}], imap: {{host: {host}, ca: {ca}, secret: "env:PW"}}}}
  new: {{mx: [{{host: mx.new.example}}], imap: {{host: {host}, ca: {ca}, secret: "env:PW"}}}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect: {connect}
"""


def letters(folder: tuple[str, ...], first: int, count: int, size: int = 50) -> list[Letter]:
    """Return numbered messages; those with an even number all have the same Message-ID."""
    return [
        Letter(
            folder,
            b"Subject: %d\r\nMessage-ID: <%d@x>\r\n\r\n" % (n, n if n % 2 else 0)
            + (b"%d " % n * 20 + b"\r\n") * (size // 50),
            ("\\Seen",) if n % 3 else (),
            AT,
        )
        for n in range(first, first + count)
    ]


class Pair:
    """A mailbox `name@old.test` and where it goes, `name@new.test`; each test has its own."""

    def __init__(self, server: Logins, name: str, folder: Path) -> None:
        self.server = server
        self.old, self.new = f"{name}@old.test", f"{name}@new.test"
        self._folder = folder
        text = YAML.format(host=HOST, ca=server.ca, connect=json.dumps(server.connect))
        (folder / "migration.yaml").write_text(text)
        (folder / "accounts.csv").write_text(f"address,new_user\n{self.old},{self.new}\n")

    def box(self, user: str) -> Mailbox:
        """Log in with the standard library."""
        return Mailbox(self.server.address, user=user, password="pw", ca=self.server.ca)

    def put(self, *found: Letter) -> None:
        """Store mail at old."""
        with self.box(self.old) as box:
            box.put(list(found))

    def there(self, user: str) -> Contents:
        """Return all that a user has, but for empty folders."""
        with self.box(user) as box:
            return {folder: held for folder, held in box.contents().items() if held}

    def stored(self, user: str) -> Path:
        """Return where the server keeps a mailbox."""
        return self.server.folder / "mail" / user

    def sync(
        self,
        watch: Callable[[SyncProgress], None] = lambda _: None,
        transcript: Path | None = None,
    ) -> AccountOutcome:
        """Sync it, in the same state file each time."""
        inventory = load_inventory(self._folder / "migration.yaml")
        world = open_world(inventory, transcript=transcript)
        with Store.open(self._folder / "migration.state", command="sync") as store:
            doors = Doors(inventory, world.imap, world.secret, world.renewed)
            wait = lambda seconds: time.sleep(min(seconds, 0.4))  # noqa: E731
            kit = SyncKit(
                doors, store.sync, utc_now, wait, threading.Event(), watch,
                spare=threading.Semaphore(1),
            )  # fmt: skip
            [outcome] = sync_all(inventory.accounts, kit, jobs=1)
        return outcome

    def is_complete(self) -> bool:
        """Tell whether new has everything that old has, once; a second run finds nothing to do."""
        same = self.there(self.old) == self.there(self.new)
        again = self.sync()
        return same and (again.state, again.copied, again.adopted) == ("done", 0, 0)
