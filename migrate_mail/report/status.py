"""Where a migration is, in one screen: what is overdue, what comes next, and whose it is. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate_mail.report.model import Report, StepLine
from migrate_mail.report.words import ago, moment

_WELL = frozenset({"pass", "skip", "waived"})
MANY = 8
"""Steps that are named in one list."""


@dataclass(frozen=True, slots=True)
class Status:
    """The open steps of a migration. overdue: those that should be well by now; next: the others, soonest first."""

    report: Report
    overdue: tuple[StepLine, ...]
    next: tuple[StepLine, ...]


def status(report: Report) -> Status:
    """Sort the open steps by when they are due; those without a day come last."""
    steps = [s for stage in report.stages for s in stage.steps if s.standing not in _WELL]
    dated = sorted((s for s in steps if s.due is not None), key=lambda s: (s.due, s.key))
    late = tuple(s for s in dated if s.due is not None and s.due < report.at)
    rest = tuple(s for s in dated if s not in late) + tuple(s for s in steps if s.due is None)
    return Status(report, late, rest)


def lines(found: Status) -> Iterator[str]:
    """Yield the screen."""
    report = found.report
    yield f"{report.scope.name}: {report.verdict} ({report.question})"
    if report.scope.cutover_at is not None:
        yield f"  cutover planned {moment(report.scope.cutover_at)}"
    for change in report.dns_changes[-1:]:
        yield f"  last {change.kind} of {change.domain}: {change.status}"
    if report.data_as_of is not None:
        yield f"  last looked {ago(report.at - report.data_as_of)}"
    yield from _list("overdue", found.overdue)
    yield from _list("next", found.next)
    if not found.overdue and not found.next:
        yield "  nothing is open"


def _list(head: str, steps: tuple[StepLine, ...]) -> Iterator[str]:
    if not steps:
        return
    yield f"{head}:"
    for step in steps[:MANY]:
        due = f"due {moment(step.due)}" if step.due is not None else "no day set"
        yield f"  {step.title} [{step.key}]: {step.said}, {due}, {step.owner or 'nobody'}"
    if len(steps) > MANY:
        yield f"  and {len(steps) - MANY} more: migrate-mail report"
