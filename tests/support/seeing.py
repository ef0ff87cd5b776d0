"""What a check needs to look at the lab, with short patience: for tests of checks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from migrate_mail.checks.base import Context
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.checks.registry import CHECKS
from migrate_mail.checks.wording import sentence
from migrate_mail.finding import Finding, Outcome, worst
from migrate_mail.inventory.load import load_inventory
from migrate_mail.inventory.model import Inventory
from migrate_mail.inventory.secrets import Secrets
from migrate_mail.net.dns import Dns
from migrate_mail.net.https import HttpsDialer
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes, split_host_port
from migrate_mail.net.smtp import SmtpDialer
from migrate_mail.state.records import (
    DeliveryRecord,
    DnsChangeRecord,
    RecipientRecord,
    SnapshotRecord,
    TtlObservation,
)
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.fleet import sync_all

PATIENCE = 1.0
"""Seconds that a test waits for a server that says nothing."""


@dataclass
class Notebook:
    """A journal in memory; `changes` is what the past is told to be."""

    changes: list[DnsChangeRecord] = field(default_factory=list)
    ttls: list[TtlObservation] = field(default_factory=list)
    deliveries: list[DeliveryRecord] = field(default_factory=list)
    served: list[SnapshotRecord] = field(default_factory=list)
    replies: dict[tuple[str, str], RecipientRecord] = field(default_factory=dict)

    def observe_ttls(self, observations: list[TtlObservation]) -> None:
        """Append."""
        self.ttls += observations

    def ttl_journal(self, name: str, rtype: str) -> list[TtlObservation]:
        """Return what was seen of an RRset."""
        return [o for o in self.ttls if (o.name, o.rtype) == (name, rtype)]

    def record_delivery(self, delivery: DeliveryRecord) -> None:
        """Append."""
        self.deliveries.append(delivery)

    def dns_changes(self) -> list[DnsChangeRecord]:
        """Return the past."""
        return list(self.changes)

    def add_snapshot(self, snapshot: SnapshotRecord) -> None:
        """Append."""
        self.served.append(snapshot)

    def snapshots(self, domain: str) -> list[SnapshotRecord]:
        """Return what was written down of a domain."""
        return [s for s in self.served if s.domain == domain]

    def keep_replies(self, replies: Sequence[RecipientRecord]) -> None:
        """Keep the last one of each server for each address."""
        self.replies |= {(r.server, r.address): r for r in replies}

    def kept_replies(self, server: str, since: datetime) -> list[RecipientRecord]:
        """Return what is kept of a server."""
        return [r for r in self.replies.values() if r.server == server and r.at >= since]

    def forget_replies(self, server: str, addresses: Sequence[str]) -> None:
        """Let go."""
        for address in addresses:
            self.replies.pop((server, address), None)


def switched(domain: str, at: datetime, *, kind: str = "switch", number: int = 1):
    """Return the record of a DNS change that went through."""
    events = (
        ("planned", "", at),
        ("started", "", at),
        ("applied", "", at),
        ("read-back", "", at),
    )
    return DnsChangeRecord(number, kind, domain, "manual", {}, {}, events)


def written_down(domain: str, at: datetime) -> SnapshotRecord:
    """Return the record that there was a snapshot."""
    return SnapshotRecord(domain, f"{domain}.", whole=False, rrsets=(), at=at)


@dataclass
class Eyes:
    """Runs checks against what a migration.yaml describes."""

    inventory: Inventory
    context: Context
    journal: Notebook

    def see(self, name: str, item: str | None = None, **params: object) -> list[Finding]:
        """Run one check and return its findings; each has words."""
        found = CHECKS[name]
        context = replace(self.context, item=item)
        findings = list(found.run(context, found.params.model_validate(params)))
        assert all(sentence(f) for f in findings)
        return findings

    def sync(self) -> None:
        """Copy every account, as `migrate-mail sync` does before the switch."""
        accounts = self.inventory.accounts
        with Store.open(self.inventory.base / "migration.state", command="sync") as store:
            for (
                delivery
            ) in self.journal.deliveries:  # sync asks the state file who got test mail
                store.record_delivery(delivery)
            kit = SyncKit(
                doors=doors_of(self.context),
                journal=store.sync,
                clock=self.context.clock,
                wait=self.context.wait,
                stop=Event(),
                watch=lambda _: None,
            )
            ended = sync_all(accounts, kit, jobs=2)
        assert len(ended) == len(accounts)

    def outcome(self, name: str, item: str | None = None, **params: object) -> Outcome:
        """Run one check and return the worst of its findings."""
        return worst([f.outcome for f in self.see(name, item, **params)])


def open_eyes(
    project: Path,
    *,
    change: Callable[[Inventory], Inventory] = lambda inventory: inventory,
    patience: float = PATIENCE,
) -> Eyes:
    """Return what runs checks for a project. `change` may alter the inventory."""
    inventory = change(load_inventory(project))
    spec, journal = inventory.spec, Notebook()
    routes, limits = Routes(spec.connect), HostLimits()
    secrets = Secrets(inventory.base, environ=os.environ, ask=None)
    ca = inventory.base / spec.probe.ca if spec.probe.ca else None
    resolvers = [split_host_port(text, 53) for text in spec.resolvers]
    context = Context(
        inventory=inventory,
        item=None,
        dns=Dns(
            resolvers=resolvers,
            validating=[split_host_port(text, 53) for text in spec.validating],
            routes=routes,
            timeout=patience / 2,
            tries=2,  # a machine that stands still for half a second is no silent server
        ),
        smtp=SmtpDialer(
            helo=spec.probe.helo,
            sender=spec.probe.sender,
            ca=ca,
            limits=limits,
            timeout=patience,
        ),
        https=HttpsDialer(ca=ca, limits=limits, timeout=patience),
        imap=ImapDialer(routes=routes, limits=limits, timeout=patience, wait=lambda _: None),
        secret=lambda login: secrets.get(login.secret),
        journal=journal,
        clock=lambda: datetime.now(UTC),
        say=lambda _: None,
        # Long waits are for the sake of others' servers; what polls waits less.
        wait=lambda seconds: (Event().wait(min(seconds, 0.05)), None)[1],
    )
    return Eyes(inventory, context, journal)


def changed(inventory: Inventory, **parts: object) -> Inventory:
    """Return the inventory with parts of migration.yaml replaced, and probes that give up soon."""
    spec = inventory.spec.model_copy(update=parts)
    return replace(inventory, spec=spec)


def hurried(inventory: Inventory, seconds: float = 1) -> Inventory:
    """Return the inventory with test deliveries that are given up soon."""
    probe = inventory.spec.probe.model_copy(update={"within": timedelta(seconds=seconds)})
    return changed(inventory, probe=probe)


def by_tag(findings: list[Finding], tag: str) -> list[Finding]:
    """Return the findings with a tag."""
    return [f for f in findings if f.tag == tag]


def tags(findings: list[Finding]) -> list[str]:
    """Return the tags in the order in which they came."""
    return [f.tag for f in findings]
