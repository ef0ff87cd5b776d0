"""The mailboxes of the accounts, on either side, opened for a look only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.params import System, sides_of
from migrate_mail.inventory.model import Account, Login
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.state.records import MailboxSide
from migrate_mail.sync.mailbox import Doors


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One account on one side."""

    account: Account
    side: MailboxSide
    doors: Doors

    def open(self) -> ReadOnlySession:
        """Log in; the session has no way to write."""
        if self.side == "old":
            return self.doors.old(self.account)
        return self.doors.new_read_only(self.account)

    @property
    def user(self) -> str:
        """The name that logs in."""
        return self._login.user

    @property
    def secret(self) -> str:
        """Where the password is kept, in words; of a command only that it is one."""
        ref = self._login.secret
        if ref is None:
            return "the sign-in"
        return f"the secret {ref}" if ref.scheme in {"env", "file", "keyring"} else ref.scheme

    @property
    def _login(self) -> Login:
        return self.account.old if self.side == "old" else self.account.new

    def __str__(self) -> str:
        return f"{self.account.address} on the {self.side} system"


def doors_of(context: Context) -> Doors:
    """Return the ways into the mailboxes."""
    return Doors(context.inventory, context.imap, context.secret)


def mailboxes(context: Context, system: System) -> Iterator[Mailbox]:
    """Give every mailbox of the instance's accounts on the sides asked for."""
    doors = doors_of(context)
    for account in context.accounts():
        for side in sides_of(system):
            yield Mailbox(account, side, doors)
