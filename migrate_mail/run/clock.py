"""The migration's clock: look at every RRset, and say when it is safe to switch, out of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrate_mail.checks.dns.observing import Silent, observe
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.world import World
from migrate_mail.state.records import TtlObservation
from migrate_mail.state.store import Store
from migrate_mail.timeline.rrsets import POLICY_TYPE, rrsets_of
from migrate_mail.timeline.schedule import After, Schedule, after, schedule
from migrate_mail.timeline.settled import Passing, seen


@dataclass(frozen=True, slots=True)
class DomainClock:
    """One domain: what must have settled, and what a switch at its earliest moment would mean.

    policy: the MTA-STS policy of before, and until when senders may hold it who never ask anew.
    """

    domain: str
    schedule: Schedule
    after: After | None
    policy: Passing | None = None


def look(world: World) -> tuple[list[TtlObservation], list[Silent]]:
    """Ask every authority for every RRset of every domain."""
    spec = world.inventory.spec
    wanted = [w for domain in spec.domains for w in rrsets_of(spec, domain)]
    return observe(world.dns, dict.fromkeys(wanted), world.clock)


def clocks(inventory: Inventory, store: Store, now: datetime) -> list[DomainClock]:
    """Return when each domain may be switched, by the journal alone."""
    journal = store.ttl_journal()
    spec = inventory.spec
    found = []
    for domain in spec.domains:
        terms = schedule(rrsets_of(spec, domain), journal, now)
        mx = seen(domain, "MX", journal)
        at = terms.earliest
        told = after(max(at, now), mx.ttl, spec.dns.ttl) if at is not None and mx else None
        policy = seen(f"mta-sts.{domain}", POLICY_TYPE, journal)
        found.append(DomainClock(domain, terms, told, policy.passed if policy else None))
    return found
