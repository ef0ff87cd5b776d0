"""How long until everyone is back after a rollback: publishing, caches, one retry of a sender. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate_mail.dns_changes.model import Change
from migrate_mail.run.card import PlanCard
from migrate_mail.state.records import DnsChangeRecord, TtlObservation

SENDER_RETRY = timedelta(minutes=30)
"""How long a sender that was refused typically waits: at least 30 minutes, RFC 5321 section 4.5.4.1."""

_PUBLISH_BY_HAND = timedelta(minutes=10)
_PUBLISH_AT_LEAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BackBy:
    """When everyone is back. The spans count from `since` and each includes the one before.

    ttl: seconds that a cache may go on with the present MX; ttl_from: how we know.
    publish: until every name server shows old again. caches: until no cache that keeps to the
    TTL holds new. with_retry: and a sender that was refused meanwhile has tried once more.
    """

    since: datetime
    ttl: int
    ttl_from: str
    publish: timedelta
    caches: timedelta
    with_retry: timedelta

    @property
    def caches_by(self) -> datetime:
        """The moment when caches have run out."""
        return self.since + self.caches

    @property
    def with_retry_by(self) -> datetime:
        """The moment when refused senders have tried again as well."""
        return self.since + self.with_retry


def caches_until(
    change: Change, proved: datetime, ttls: Sequence[TtlObservation]
) -> tuple[datetime, int]:
    """Return until when caches may hold what was there before a change, and the TTL that binds.

    A TTL that was lowered shortly before does not reach the caches that fetched the higher one.
    """
    terms = [(proved + timedelta(seconds=change.before.ttl), change.before.ttl)]
    terms += [
        (o.at + timedelta(seconds=o.ttl), o.ttl)
        for o in ttls
        if o.ttl and o.value and _same_rrset(o, change) and o.at <= proved
    ]
    return max(terms)


def _same_rrset(seen: TtlObservation, change: Change) -> bool:
    name = seen.name.rstrip(".") == change.before.name.rstrip(".")
    return name and seen.rtype == change.before.rtype


def back_by(
    plan: PlanCard,
    changes: Sequence[DnsChangeRecord],
    latest: Sequence[DnsChangeRecord],
    now: datetime,
    ttls: Sequence[TtlObservation],
) -> BackBy:
    """Return how long the way back takes, for the slowest domain. latest: the last change of each."""
    publish = _publish(plan, changes)
    if not latest:
        return _sum(now, plan.mx_ttl, "dns.ttl of migration.yaml", publish)
    each = [_of_domain(record, now, publish, ttls) for record in latest]
    return max(each, key=lambda b: b.with_retry_by)


def _of_domain(
    record: DnsChangeRecord, now: datetime, publish: timedelta, ttls: Sequence[TtlObservation]
) -> BackBy:
    change = Change.from_data(record.change)
    proved = record.when("read-back")
    if record.kind == "rollback" and proved is not None:
        source = f"the MX of {record.domain} before it was taken back"
        return _sum(proved, change.before.ttl, source, timedelta(0))
    served = change.after if record.kind == "switch" else change.before
    since = record.when("started") or record.when("planned") or now
    seen = [
        o
        for o in ttls
        if o.name.rstrip(".") == served.name.rstrip(".")
        and o.rtype == served.rtype
        and o.at >= since
        and o.value
        and o.ttl
    ]
    top = max(seen, key=lambda o: o.ttl or 0, default=None)
    if top is not None and top.ttl is not None and top.ttl > served.ttl:
        source = f"{top.server} served it at {top.at:%Y-%m-%d %H:%M %Z}"
        return _sum(now, top.ttl, source, publish)
    return _sum(now, served.ttl, f"the MX of {record.domain} as it was switched", publish)


def _sum(since: datetime, ttl: int, source: str, publish: timedelta) -> BackBy:
    caches = publish + timedelta(seconds=ttl)
    return BackBy(since, ttl, source, publish, caches, caches + SENDER_RETRY)


def _publish(plan: PlanCard, changes: Sequence[DnsChangeRecord]) -> timedelta:
    """Return how long publishing takes: as long as it took last time, by what was measured."""
    spans = [
        proved - started
        for c in changes
        if (started := c.when("started")) and (proved := c.when("read-back"))
    ]
    if spans:
        minutes = -(-spans[-1] // timedelta(minutes=1))
        return max(_PUBLISH_AT_LEAST, timedelta(minutes=minutes))
    return _PUBLISH_BY_HAND if plan.dns_driver == "manual" else _PUBLISH_AT_LEAST
