"""Where an account's mailbox is on either side, and the only doors to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from migrate_mail.inventory.model import Account, ImapServer, Inventory, Login
from migrate_mail.net.imap import ImapDialer, ImapTarget, ReadOnlySession, Session
from migrate_mail.secret import Secret


def target(server: ImapServer, login: Login, base: Path) -> ImapTarget:
    """Return what to dial for one login; a relative CA file starts from `base`."""
    return ImapTarget(
        host=server.host,
        port=server.port,
        tls=server.tls,
        ca=base / server.ca if server.ca else None,
        user=login.user,
        connections=server.connections,
    )


@dataclass(frozen=True, slots=True)
class Doors:
    """Opens the two mailboxes of an account. Old has no other door than a read-only one."""

    inventory: Inventory
    dialer: ImapDialer
    secret: Callable[[Login], Secret]

    def old(self, account: Account) -> ReadOnlySession:
        """Log in at old; the session has no way to write."""
        server = self.inventory.spec.systems.old.imap
        where = target(server, account.old, self.inventory.base)
        return self.dialer.read_only(where, self.secret(account.old))

    def new(self, account: Account) -> Session:
        """Log in at new."""
        server = self.inventory.spec.systems.new.imap
        where = target(server, account.new, self.inventory.base)
        return self.dialer.read_write(where, self.secret(account.new))

    def both(self, account: Account) -> tuple[ReadOnlySession, Session]:
        """Log in at both sides at the same time."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            coming = pool.submit(self.new, account)
            try:
                old = self.old(account)
            except BaseException:
                if coming.exception() is None:
                    coming.result().close()
                raise
            try:
                return old, coming.result()
            except BaseException:
                old.close()
                raise

    def new_read_only(self, account: Account) -> ReadOnlySession:
        """Log in at new for a look."""
        server = self.inventory.spec.systems.new.imap
        where = target(server, account.new, self.inventory.base)
        return self.dialer.read_only(where, self.secret(account.new))
