"""The migration's clock: look at every RRset, and say when it is safe to switch, out of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate_mail.checks.dns.observing import Silent, observe
from migrate_mail.checks.imap.stragglers import switched_at
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.world import World
from migrate_mail.state.records import TtlObservation
from migrate_mail.state.store import Store
from migrate_mail.timeline.cuts import cuts_of
from migrate_mail.timeline.rrsets import POLICY_TYPE, rrsets_of
from migrate_mail.timeline.schedule import RETRY_WINDOW, After, Schedule, after, schedule
from migrate_mail.timeline.settled import Passing, Seen, seen


@dataclass(frozen=True, slots=True)
class DomainClock:
    """One domain: what must have settled, and what a switch at its earliest moment would mean.

    policy: the MTA-STS policy of before, and until when senders may hold it who never ask anew.
    switched: when the MX was switched, if it was and was not taken back; `after` is then about
    that switch, and not about the next.
    """

    domain: str
    schedule: Schedule
    after: After | None
    policy: Passing | None = None
    switched: datetime | None = None

    @property
    def settled(self) -> bool:
        """True when it is safe to switch now; after a switch: when everyone has the new MX."""
        if self.switched is not None and self.after is not None:
            return self.after.everyone <= self.schedule.now
        return self.schedule.settled


def look(world: World) -> tuple[list[TtlObservation], list[Silent]]:
    """Ask every authority for every RRset of every domain."""
    spec = world.inventory.spec
    wanted = [w for domain in spec.domains for w in rrsets_of(spec, domain)]
    return observe(world.dns, dict.fromkeys(wanted), world.clock)


def clocks(inventory: Inventory, store: Store, now: datetime) -> list[DomainClock]:
    """Return when each domain may be switched, by the journal alone."""
    journal, changes = store.ttl_journal(), store.dns_changes()
    spec, cuts = inventory.spec, cuts_of(journal)
    found = []
    for domain in spec.domains:
        terms = schedule(rrsets_of(spec, domain), journal, now)
        mx = seen(domain, "MX", journal, cuts)
        at = terms.earliest
        switched = switched_at(changes, domain)
        if switched is not None and mx is not None:
            told: After | None = _after_switch(switched, mx, now)
        else:
            told = after(max(at, now), mx.ttl, spec.dns.ttl) if at is not None and mx else None
        policy = seen(f"mta-sts.{domain}", POLICY_TYPE, journal)
        passed = policy.passed if policy else None
        found.append(DomainClock(domain, terms, told, passed, switched))
    return found


def _after_switch(switched: datetime, mx: Seen, now: datetime) -> After:
    """Return what the switch that was made means, by what the name servers were seen to serve."""
    everyone = max(mx.passed.until, switched) if mx.passed else switched
    back = now + timedelta(seconds=mx.ttl)
    return After(switched, everyone, back, everyone + RETRY_WINDOW)
