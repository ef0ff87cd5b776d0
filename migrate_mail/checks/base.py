"""What a check is: a function from a context and its own typed parameters to findings.

A check never raises for the world's faults: a timeout, SERVFAIL or refusal to answer is an
`unknown` finding. Severity, and whether a finding stops the gate, are policy in the checklist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from migrate_mail.checklist.model import ForEach
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Clock, Finding
from migrate_mail.inventory.model import Account, Inventory, Login
from migrate_mail.net.dns import Dns
from migrate_mail.net.https import HttpsDialer
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.smtp import SmtpDialer
from migrate_mail.secret import Secret
from migrate_mail.state.records import (
    DeliveryRecord,
    DnsChangeRecord,
    RecipientRecord,
    SnapshotRecord,
    TtlObservation,
)

P = TypeVar("P", bound=StrictModel)


class NoParams(StrictModel):
    """The parameters of a check that takes none."""


class Journal(Protocol):
    """What a check may write down: facts only. Implemented by `state.Store`."""

    def observe_ttls(self, observations: list[TtlObservation]) -> None:
        """Append what authorities served to the TTL journal."""

    def ttl_journal(self, name: str, rtype: str) -> list[TtlObservation]:
        """Return what authorities served of an RRset so far, oldest first."""

    def record_delivery(self, delivery: DeliveryRecord) -> None:
        """Append a test message, or a later look at it (same token)."""

    def dns_changes(self) -> list[DnsChangeRecord]:
        """Return every DNS change so far, oldest first."""

    def add_snapshot(self, snapshot: SnapshotRecord) -> None:
        """Append what was served of a domain."""

    def snapshots(self, domain: str) -> list[SnapshotRecord]:
        """Return what was served of a domain, oldest first."""

    def keep_replies(self, replies: Sequence[RecipientRecord]) -> None:
        """Keep what servers replied to RCPT, for a look that goes on where this one was cut short."""

    def kept_replies(self, server: str, since: datetime) -> list[RecipientRecord]:
        """Return the last reply of a server to each address that is kept and not older."""

    def forget_replies(self, server: str, addresses: Sequence[str]) -> None:
        """Let go of the replies of a look that came to its end."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a check may use. Nothing here can write to the old system.

    item: what `for_each` gave (a domain, an account's address, an address, an MX host name);
    None for a step without for_each. fresh: nothing that an earlier look kept may be used.
    """

    inventory: Inventory
    item: str | None
    dns: Dns
    smtp: SmtpDialer
    https: HttpsDialer
    imap: ImapDialer
    secret: Callable[[Login], Secret]
    journal: Journal
    clock: Clock
    say: Callable[[str], None]
    wait: Callable[[float], None]
    fresh: bool = False

    def domains(self) -> list[str]:
        """Return the domain of this instance, or every domain of the migration."""
        return (
            [self.item]
            if self.item in self.inventory.spec.domains
            else list(self.inventory.spec.domains)
        )

    def accounts(self) -> list[Account]:
        """Return the account of this instance, or those of its domain, or all."""
        chosen = [a for a in self.inventory.accounts if self.item in (a.address, a.domain)]
        return chosen if self.item is not None else list(self.inventory.accounts)


@dataclass(frozen=True, slots=True)
class About:
    """What `migrate-mail explain` tells of a check, in the admin's words; each a sentence or a few.

    looks: what it looks at, and whom it asks. matters: what a fault would do at the cutover.
    mend: how to mend what it finds. refs: where the rule stands, such as `RFC 2181 section 10.3`.
    """

    looks: str
    matters: str
    mend: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """One check of the registry.

    id: `family.name`. title: one line in the admin's words. each: the `for_each` kinds that it
    understands; empty means that it looks at the migration as a whole only (a step without
    for_each is always allowed).
    """

    id: str
    title: str
    about: About
    params: type[P]
    run: Callable[[Context, P], Iterator[Finding]]
    each: frozenset[ForEach] = frozenset()


def check(
    name: str, *, title: str, about: About, params: type[P], each: tuple[ForEach, ...] = ()
) -> Callable[[Callable[[Context, P], Iterator[Finding]]], Check[P]]:
    """Make a Check out of a function; `name` is its id. Registration is by name in `checks/registry.py`."""

    def make(function: Callable[[Context, P], Iterator[Finding]]) -> Check[P]:
        return Check(name, title, about, params, function, frozenset(each))

    return make


AnyCheck = Check[Any]
