"""What did not go as planned, out of what is recorded: for the review when all is over. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from migrate_mail.report.model import IncidentLine
from migrate_mail.state.records import DnsChangeRecord, Override, RunRecord

_MAY = {"GO", "CONDITIONAL"}
_CUT_SHORT = {"interrupted", "bug", "failed"}
_DNS = {
    "failed": "failed, and nothing was changed",
    "abandoned": "was abandoned: the name servers show what was there before",
}


def incidents(
    runs: Sequence[RunRecord],
    verdicts: Sequence[tuple[int, Mapping[str, Any]]],
    changes: Sequence[DnsChangeRecord],
    overrides: Sequence[Override],
) -> tuple[IncidentLine, ...]:
    """Return them in the order in which they happened."""
    found = [*_runs(runs), *_verdicts(verdicts), *_dns(changes), *_overrides(overrides)]
    return tuple(sorted(found, key=lambda line: (line.at, line.what)))


def _runs(runs: Sequence[RunRecord]) -> Iterator[IncidentLine]:
    """Give runs that were cut short; the latest without an end may still be under way."""
    for number, run in enumerate(runs, start=1):
        if run.outcome in _CUT_SHORT:
            yield IncidentLine(run.ended_at or run.started_at, f"{run.command} by {run.by} was {run.outcome}")  # fmt: skip
        elif run.outcome is None and number < len(runs):
            yield IncidentLine(run.started_at, f"{run.command} by {run.by} never came to its end: killed, or the machine stopped")  # fmt: skip


def _verdicts(verdicts: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[IncidentLine]:
    """Give each time when what was GO was not any more."""
    for (_, before), (run, after) in pairwise(verdicts):
        if before["verdict"] in _MAY and after["verdict"] not in _MAY:
            text = (
                f"the verdict fell from {before['verdict']} to {after['verdict']} in run {run}"
            )
            yield IncidentLine(datetime.fromisoformat(after["at"]), text)


def _dns(changes: Sequence[DnsChangeRecord]) -> Iterator[IncidentLine]:
    for change in changes:
        for event, detail, at in change.events:
            if event in _DNS:
                said = f": {detail}" if detail else ""
                yield IncidentLine(
                    at, f"the {change.kind} of {change.domain} {_DNS[event]}{said}"
                )
        if change.kind == "rollback" and change.when("applied"):
            at = change.when("applied") or change.events[-1][2]
            yield IncidentLine(at, f"{change.domain} was taken back to old")


def _overrides(overrides: Sequence[Override]) -> Iterator[IncidentLine]:
    for one in overrides:
        text = f"{one.command} was run against {one.verdict} by {one.by}: {one.reason}"
        yield IncidentLine(one.at, text)
