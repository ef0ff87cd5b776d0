"""What a stakeholder asks next: what has been proved, whose work is open, which dates come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from migrate_mail.report.blocks import Item
from migrate_mail.report.model import DeliveryLine, Report, StepLine
from migrate_mail.report.words import ago, count, moment, size, span

_OPEN = {"fail", "unknown", "stale", "missing", "blocked", "pending"}
_DATES_SHOWN = 3
_DUE_SHOWN = 6
Kind = Literal["done", "now", "planned", "limit"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of the migration. kind `limit`: something ends then."""

    at: datetime
    text: str
    kind: Kind


def proved(report: Report) -> Iterator[Item]:
    """Give what is known from having been tried, in numbers."""
    steps = [s for stage in report.stages for s in stage.steps]
    passed = sum(s.standing == "pass" for s in steps)
    yield Item(f"{passed} of {count(len(steps), 'step')} passed")
    if report.accounts:
        done = sum(a.last_state == "done" and not a.failed for a in report.accounts)
        copied = sum(a.copied for a in report.accounts)
        octets = sum(a.bytes for a in report.accounts)
        yield Item(
            f"{done} of {count(report.scope.accounts, 'mailbox')} copied whole,"
            f" {count(copied, 'message')} ({size(octets)})"
        )
    if report.accepted:
        yield Item(
            f"{report.accepted} of {count(report.scope.addresses, 'address')} accepted by new"
        )
    if report.deliveries:
        yield Item(_test_messages(report.deliveries))
    switched = sum(c.read_back_at is not None for c in report.dns_changes)
    if report.dns_changes:
        yield Item(f"{switched} of {count(len(report.dns_changes), 'DNS change')} read back")


def _test_messages(lines: Sequence[DeliveryLine]) -> str:
    """Say how many were found, and on which side: before the switch some belong on old."""
    sent, on_old = sum(d.sent for d in lines), sum(d.on_old for d in lines)
    found = sent - sum(d.nowhere + d.open for d in lines)
    told = f"{found} of {count(sent, 'test message')} found"
    return f"{told}, {on_old} of them on old" if on_old else f"{told} on new"


def open_work(report: Report) -> Iterator[Item]:
    """Give who has how many open steps, the busiest first; work of nobody before all."""
    owned: dict[str, list[str]] = {}
    for stage in report.stages:
        for step in stage.steps:
            if step.standing in _OPEN:
                owned.setdefault(step.owner or "", []).append(step.key)
    for owner, keys in sorted(owned.items(), key=lambda o: (o[0] != "", -len(o[1]), o[0])):
        yield Item(f"{owner or 'NOBODY'}: {count(len(keys), 'open step')}: {', '.join(keys)}")


def next_dates(report: Report) -> Iterator[Item]:
    """Give the next dates, soonest first."""
    ahead = [m for m in moments(report) if m.at > report.at]
    for one in ahead[:_DATES_SHOWN]:
        yield Item(f"{moment(one.at)} (in {span(one.at - report.at)}): {one.text}")


def overdue(report: Report) -> Iterator[Item]:
    """Give open steps that should have been done by now."""
    for stage in report.stages:
        for step in stage.steps:
            if step.due is not None and step.due < report.at and step.standing in _OPEN:
                late = ago(report.at - step.due)
                yield Item(f"{step.title} [{step.key}]: due {moment(step.due)}, {late}")


def moments(report: Report) -> list[Moment]:
    """Return every moment that matters, past and to come, in their order."""
    found = [*_planned(report), *_done(report), *_limits(report)]
    return sorted(found, key=lambda m: (m.at, m.text))


def _planned(report: Report) -> Iterator[Moment]:
    yield Moment(report.at, "this report", "now")
    scope = report.scope
    if scope.cutover_at is not None and report.rollback.stage == "before":
        yield Moment(scope.cutover_at, "cutover is planned", "planned")
        if scope.window_ends is not None and scope.window_ends != scope.cutover_at:
            yield Moment(scope.window_ends, "the cutover window ends", "planned")
    due: dict[datetime, list[StepLine]] = {}
    for stage in report.stages:
        for step in stage.steps:
            if step.due is not None and step.standing in _OPEN:
                due.setdefault(step.due, []).append(step)
    for at, steps in due.items():
        yield Moment(at, _due(steps), "planned")


def _due(steps: Sequence[StepLine]) -> str:
    """Return what is due at one moment, in one line."""
    if len(steps) == 1:
        return f"due: {steps[0].title} [{steps[0].key}]"
    shown = ", ".join(s.key for s in steps[:_DUE_SHOWN])
    more = f" and {len(steps) - _DUE_SHOWN} more" if len(steps) > _DUE_SHOWN else ""
    return f"due: {count(len(steps), 'step')}: {shown}{more}"


def _done(report: Report) -> Iterator[Moment]:
    for change in report.dns_changes:
        if change.read_back_at is not None:
            text = f"{change.kind} of {change.domain} read back from every name server"
            yield Moment(change.read_back_at, text, "done")
    line = report.rollback.no_return
    if line is not None and line.passed_at is not None:
        yield Moment(line.passed_at, f"point of no return passed: {line.title}", "done")


def _limits(report: Report) -> Iterator[Moment]:
    for waiver in report.waivers:
        if waiver.status == "counts":
            yield Moment(waiver.until, f"waiver of {waiver.title} ends", "limit")
    if report.holds_until is not None and report.verdict in {"GO", "CONDITIONAL"}:
        yield Moment(report.holds_until, "this verdict ends; look again", "limit")
    if report.rollback.stage != "before":
        by = report.rollback.back_by.with_retry_by
        text = (
            "everyone is back at old"
            if report.rollback.stage == "back"
            else "everyone is back at old, if rolled back now"
        )
        yield Moment(by, text, "limit")
