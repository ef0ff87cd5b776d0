"""What was done, as a report tells it: DNS changes, test deliveries, mailbox sync, runs."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.report.model import (
    AccountLine,
    DeliveryLine,
    DnsChangeLine,
    DnsEventLine,
    NotCopied,
    RunLine,
)
from migrate_mail.state.records import (
    ChangeEvent,
    DeliveryRecord,
    DnsChangeRecord,
    RunRecord,
    SyncFailure,
    SyncTotals,
)

_STATUS: dict[ChangeEvent, str] = {
    "planned": "planned; nothing was changed",
    "started": "started; nobody has proved what the zone holds now",
    "applied": "made, and not yet proved on every name server",
    "read-back": "made, and every name server shows it",
    "failed": "failed; nothing was changed",
    "abandoned": "abandoned; the name servers show what was there before",
}


def dns_change_line(record: DnsChangeRecord) -> DnsChangeLine:
    """Return one DNS change with its story."""
    change = Change.from_data(record.change)
    proved = record.when("read-back") if record.last_event == "read-back" else None
    return DnsChangeLine(
        kind=record.kind,
        domain=record.domain,
        driver=record.driver,
        before=_lines(change.before),
        after=_lines(change.after),
        status=_STATUS[record.last_event],
        read_back_at=proved,
        events=tuple(DnsEventLine(event, at, detail) for event, detail, at in record.events),
    )


def _lines(rrset: RRset) -> tuple[str, ...]:
    if not rrset.values:
        return (f"; no {rrset.rtype} record at {rrset.name}",)
    return tuple(rrset.zone_text().splitlines())


def delivery_lines(records: Sequence[DeliveryRecord]) -> tuple[DeliveryLine, ...]:
    """Return the test messages, summed up by where they were handed over."""
    by_via: dict[str, list[DeliveryRecord]] = {}
    for record in records:
        by_via.setdefault(record.via, []).append(record)
    return tuple(_delivery_line(via, group) for via, group in by_via.items())


def _delivery_line(via: str, group: Sequence[DeliveryRecord]) -> DeliveryLine:
    looked = [d.found_on for d in group if d.found_on is not None]
    return DeliveryLine(
        via=via,
        sent=len(group),
        on_new=sum("new" in found for found in looked),
        on_old=sum("old" in found for found in looked),
        nowhere=sum(not found for found in looked),
        open=len(group) - len(looked),
        seconds=max((d.seconds for d in group if d.seconds is not None), default=None),
        last_at=max(d.sent_at for d in group),
    )


def account_line(totals: SyncTotals) -> AccountLine:
    """Return where the sync of one account stands."""
    return AccountLine(
        account=totals.account,
        folders=totals.folders,
        copied=totals.copied,
        bytes=totals.bytes,
        pending=totals.pending,
        failed=totals.failed,
        last_at=totals.last_at,
        last_state=totals.last_state,
    )


def not_copied(failure: SyncFailure) -> NotCopied:
    """Return one message or folder that could not be copied."""
    return NotCopied(
        account=failure.account,
        folder=failure.folder,
        uid=failure.uid,
        subject=failure.subject,
        reason=failure.reason,
        at=failure.at,
    )


def run_line(run: RunRecord, plan_digest: str) -> RunLine:
    """Return one run; `same_plan` tells whether it ran the present plan."""
    return RunLine(
        number=run.id,
        command=run.command,
        by=run.by,
        started_at=run.started_at,
        took=run.ended_at - run.started_at if run.ended_at else None,
        outcome=run.outcome,
        version=run.version,
        same_plan=run.plan_digest == plan_digest,
    )
