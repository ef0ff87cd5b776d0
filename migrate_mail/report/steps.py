"""The stages of a report: every step with its owner, standing, age and what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from migrate_mail.checks.registry import CHECKS
from migrate_mail.checks.wording import told
from migrate_mail.finding import Finding, Outcome, Phase
from migrate_mail.report.model import FindingLine, StageSection, StepLine
from migrate_mail.report.words import SAID, moment
from migrate_mail.run.verdict import StepStanding

_WORST_FIRST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.SKIP)


def stages_of(
    standings: Sequence[StepStanding],
    deciding: Sequence[Phase],
    names: Mapping[str, str],
    now: datetime,
) -> tuple[StageSection, ...]:
    """Return the stages in the order of the migration. deciding: the phases of the verdict."""
    grouped: dict[tuple[Phase, str], list[StepStanding]] = {}
    for phase in Phase:
        for one in standings:
            if one.card.phase is phase:
                grouped.setdefault((phase, one.card.stage), []).append(one)
    return tuple(
        StageSection(
            phase=phase.value,
            title=title,
            decides=phase in deciding,
            tally=tally_of(members),
            steps=tuple(_step(s, names, now) for s in members),
        )
        for (phase, title), members in grouped.items()
    )


def tally_of(members: Sequence[StepStanding]) -> tuple[tuple[str, int], ...]:
    """Return how many steps stand how, worst first."""
    counts = Counter(s.standing.value for s in members)
    return tuple((word, counts[word]) for word in SAID if counts[word])


def _step(one: StepStanding, names: Mapping[str, str], now: datetime) -> StepLine:
    card = one.card
    check = CHECKS.get(card.check) if card.body == "check" else None
    about = check.about if check else None
    at = _looked_at(one)
    said = one.confirmation
    note = f": {said.note}" if said and said.note else ""
    return StepLine(
        key=card.key,
        title=card.title,
        why=card.why or (about.matters if about else None),
        body=card.body,
        instruction=card.instruction,
        severity=card.severity.value,
        owner=names.get(card.owner, card.owner) if card.owner else None,
        standing=one.standing.value,
        said=SAID[one.standing.value],
        reason=one.reason,
        at=at,
        age=now - at if at else None,
        counts_until=one.until,
        due=card.due,
        confirmed=f"{said.by}, {moment(said.at.astimezone(now.tzinfo))}{note}"
        if said
        else None,
        if_fails=card.if_fails or (about.mend if about else ""),
        source=card.source,
        findings=_findings(one),
    )


def _looked_at(one: StepStanding) -> datetime | None:
    moments = [
        m
        for m in (
            one.result.ended_at if one.result else None,
            one.confirmation.at if one.confirmation else None,
        )
        if m is not None
    ]
    return max(moments, default=None)


def _findings(one: StepStanding) -> tuple[FindingLine, ...]:
    found = one.result.findings if one.result else ()
    ordered = sorted(found, key=lambda f: _WORST_FIRST.index(f.outcome))
    return tuple(_finding(f) for f in ordered)


def _finding(finding: Finding) -> FindingLine:
    return FindingLine(
        tag=finding.tag,
        outcome=finding.outcome.value,
        sentence=told(finding),
        subject=finding.subject,
        vantage=finding.vantage,
        evidence=finding.evidence,
        fix=finding.fix,
        refs=finding.refs,
        at=finding.at,
    )
