"""A switch as a person reads it: the plan before it is made, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from migrate_mail.dns_changes.model import Change
from migrate_mail.dns_changes.plan import in_words
from migrate_mail.dns_changes.text import change_text, indented
from migrate_mail.report.escape import plain
from migrate_mail.report.words import moment
from migrate_mail.run.switch_plan import DomainPlan, SwitchPlan
from migrate_mail.run.way_back_time import caches_until
from migrate_mail.state.records import DnsChangeRecord, TtlObservation

_SHOWN = 16


def plan_text(plan: SwitchPlan) -> str:
    """Return what would be changed, domain by domain, with the way back."""
    lines: list[str] = []
    for domain in plan.domains:
        lines += [*_domain(domain), ""]
    if plan.changes:
        lines.append(f"plan {plan.checksum[:_SHOWN]}, by driver {plan.driver}")
    return "\n".join(plain(line) for line in "\n".join(lines).splitlines())


def _domain(plan: DomainPlan) -> Iterator[str]:
    if plan.change is None:
        yield f"{plan.domain}: nothing to change, MX is {in_words(plan.live)}"
    else:
        yield change_text(plan.change)
        yield "  how:"
        yield indented(plan.how, 4)
    yield f"  asked: {', '.join(plan.servers)}"
    for lame in plan.lame:
        yield f"  not asked, it has no address: {lame}"


def done_text(records: Sequence[DnsChangeRecord], ttls: Sequence[TtlObservation] = ()) -> str:
    """Return what was changed and proved, and until when caches may go on with what was there."""
    return "\n".join(plain(line) for record in records for line in _done(record, ttls))


def _done(record: DnsChangeRecord, ttls: Sequence[TtlObservation]) -> Iterator[str]:
    change = Change.from_data(record.change)
    detail = record.events[-1][1]
    yield f"{record.domain}: MX is {in_words(change.after)}; {detail}"
    proved = record.when("read-back")
    if proved is not None and change.before.values:
        until, ttl = caches_until(change, proved, ttls)
        side = "old" if record.kind == "switch" else "new"
        yield f"  caches may go on with {side} until {moment(until)} (TTL {ttl} s)"


def record_data(record: DnsChangeRecord) -> dict[str, Any]:
    """Return a change with its story as plain JSON data."""
    return {
        "domain": record.domain,
        "kind": record.kind,
        "driver": record.driver,
        "change": dict(record.change),
        "inverse": dict(record.inverse),
        "events": [
            {"event": event, "detail": detail, "at": at.isoformat()}
            for event, detail, at in record.events
        ],
    }
