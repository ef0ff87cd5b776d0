"""Where an account's mailbox is on either side, and the only doors to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from migrate_mail.errors import NetError
from migrate_mail.inventory.model import Account, ImapServer, Inventory, Login
from migrate_mail.net.facts import Pin
from migrate_mail.net.imap import Ahead, ImapDialer, ImapTarget, ReadOnlySession, Session
from migrate_mail.net.sasl import TOKEN_WAYS
from migrate_mail.secret import Secret

S = TypeVar("S", ReadOnlySession, Session)
Both = tuple[ReadOnlySession, Session]
"""A session to read from, and one to write with."""
BothAhead = tuple[Ahead | None, Ahead | None]
"""What to ask with the login where is read, and where is written."""


def target(server: ImapServer, login: Login, base: Path) -> ImapTarget:
    """Return what to dial for one login; a relative CA file starts from `base`."""
    waiver = server.tls_waiver
    return ImapTarget(
        host=server.host,
        port=server.port,
        tls=server.tls,
        ca=base / server.ca if server.ca else None,
        user=login.user,
        connections=server.connections,
        way=login.way,
        admin="" if login.oauth else login.admin,
        pin=Pin(waiver.sha256, waiver.until) if waiver else None,
    )


@dataclass(frozen=True, slots=True)
class Doors:
    """Opens the two mailboxes of an account. Old has no other door than a read-only one, but for the way back."""

    inventory: Inventory
    dialer: ImapDialer
    secret: Callable[[Login], Secret]
    renewed: Callable[[Login, Secret], Secret] | None = None
    _begun: dict[str, Future[Both]] = field(default_factory=dict, init=False, repr=False)

    @property
    def most(self) -> int:
        """Return how many accounts may be open at a time: each needs a connection to either side."""
        systems = self.inventory.spec.systems
        return min(systems.old.imap.connections, systems.new.imap.connections)

    def left_over(self, together: int) -> int:
        """Return how many connections no account needs while so many of them are open."""
        old, new = self.inventory.spec.systems.old.imap, self.inventory.spec.systems.new.imap
        one_host = (old.host, old.port) == (new.host, new.port)
        return max(0, self.most - together * (2 if one_host else 1))

    def renew(self, account: Account, words: str) -> None:
        """Get another token for the side that an error speaks of, before the next login."""
        systems = self.inventory.spec.systems
        for server, login in ((systems.old.imap, account.old), (systems.new.imap, account.new)):
            token = login.oauth or login.way in TOKEN_WAYS
            if token and self.renewed and words.startswith(f"{server.host} "):
                self.renewed(login, self.secret(login))

    def old(self, account: Account, ahead: Ahead | None = None) -> ReadOnlySession:
        """Log in at old; the session has no way to write."""
        server = self.inventory.spec.systems.old.imap
        return self._opened(self.dialer.read_only, server, account.old, ahead)

    def new(self, account: Account, ahead: Ahead | None = None) -> Session:
        """Log in at new."""
        server = self.inventory.spec.systems.new.imap
        return self._opened(self.dialer.read_write, server, account.new, ahead)

    def old_for_the_way_back(self, account: Account, ahead: Ahead | None = None) -> Session:
        """Log in at old to bring back what arrived at new: the only door through which old gains mail."""
        server = self.inventory.spec.systems.old.imap
        return self._opened(self.dialer.read_write, server, account.old, ahead)

    def another(self, account: Account, *, back: bool) -> Session:
        """Log in once more where is written; NetError when that is not to be had at once."""
        systems = self.inventory.spec.systems
        login = account.old if back else account.new
        where = target((systems.old if back else systems.new).imap, login, self.inventory.base)
        return self.dialer.another(where, self.secret(login))

    def begin(self, account: Account, *, back: bool, ahead: BothAhead = (None, None)) -> None:
        """Begin to log in at both sides for `both`, while the caller does something else."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="begin")
        self._begun[account.address] = pool.submit(self._both, account, ahead, back=back)
        pool.shutdown(wait=False)

    def abandon(self) -> None:
        """Close what was begun and is not wanted."""
        while self._begun:
            _, begun = self._begun.popitem()
            if begun.exception() is None:
                for session in begun.result():
                    session.close()

    def both(self, account: Account, *, back: bool, ahead: BothAhead = (None, None)) -> Both:
        """Log in at both sides at the same time, to read at one and to write at the other.

        back: read at new and write at old. A login that was begun is taken over, once.
        """
        begun = self._begun.pop(account.address, None)
        return begun.result() if begun else self._both(account, ahead, back=back)

    def _both(self, account: Account, ahead: BothAhead, *, back: bool) -> Both:
        read = self.new_read_only if back else self.old
        write = self.old_for_the_way_back if back else self.new
        with ThreadPoolExecutor(max_workers=1) as pool:
            coming = pool.submit(write, account, ahead[1])
            try:
                source = read(account, ahead[0])
            except BaseException:
                if coming.exception() is None:
                    coming.result().close()
                raise
            try:
                return source, coming.result()
            except BaseException:
                source.close()
                raise

    def new_read_only(self, account: Account, ahead: Ahead | None = None) -> ReadOnlySession:
        """Log in at new for a look."""
        server = self.inventory.spec.systems.new.imap
        return self._opened(self.dialer.read_only, server, account.new, ahead)

    def _opened(
        self,
        dial: Callable[[ImapTarget, Secret, Ahead | None], S],
        server: ImapServer,
        login: Login,
        ahead: Ahead | None,
    ) -> S:
        """Log in; a refused token is renewed once, a refused password never tried again."""
        where = target(server, login, self.inventory.base)
        secret = self.secret(login)
        try:
            return dial(where, secret, ahead)
        except NetError as error:
            if error.kind != "auth" or login.oauth is None or self.renewed is None:
                raise
            another = self.renewed(login, secret)
            if another is secret:
                raise
        return dial(where, another, ahead)
