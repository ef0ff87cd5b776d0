"""The first page of a report: the verdict in a sentence, reasons, conditions, waivers, overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from migrate_mail.report.model import CertificateLine, OverrideLine, WaiverLine, Why
from migrate_mail.report.words import count
from migrate_mail.run.card import CertificateCard
from migrate_mail.run.verdict import Reason, Standing, StepStanding, Verdict, Word
from migrate_mail.state.records import Override, Waiver

_WEIGHT = {"stops": "stops", "cannot-tell": "cannot tell", "condition": "condition"}


def why_sentence(verdict: Verdict) -> str:
    """Return the verdict's reason in one sentence."""
    weights = [r.weight for r in verdict.reasons]
    stops, blind = weights.count("stops"), weights.count("cannot-tell")
    conditions = weights.count("condition")
    beside = [
        f"{count(blind, 'thing')} could not be told" if blind else "",
        f"{count(conditions, 'condition')} {'is' if conditions == 1 else 'are'} open"
        if conditions
        else "",
    ]
    match verdict.word:
        case Word.GO:
            return "Everything that must be known is known, and it is well."
        case Word.CONDITIONAL:
            return f"Nothing stops it; {beside[1]}."
        case Word.CANNOT_TELL:
            first = f"Nothing is known to be broken, but {beside[0]}"
            return f"{first}; {beside[1]}." if conditions else f"{first}."
        case Word.NO_GO:
            stop = f"{count(stops, 'reason')} {'stops' if stops == 1 else 'stop'} it"
            return "; ".join([stop, *(b for b in beside if b)]) + "."


def whys(reasons: Sequence[Reason], names: Mapping[str, str]) -> tuple[Why, ...]:
    """Return reasons with the names of their owners."""
    return tuple(
        Why(
            weight=_WEIGHT[r.weight],
            step=r.step,
            text=r.text,
            owner=names.get(r.owner, r.owner) if r.owner else None,
            fix=r.fix,
        )
        for r in reasons
    )


def waiver_lines(
    waivers: Sequence[Waiver], standings: Mapping[str, StepStanding], now: datetime
) -> tuple[WaiverLine, ...]:
    """Return the last waiver of each step and whether it counts."""
    last = {w.step: w for w in waivers}
    return tuple(_waiver_line(w, standings.get(w.step), now) for w in last.values())


def _waiver_line(w: Waiver, standing: StepStanding | None, now: datetime) -> WaiverLine:
    return WaiverLine(
        step=w.step,
        title=standing.card.title if standing else w.step,
        by=w.by,
        reason=w.reason,
        at=w.at,
        until=w.until,
        status=_status(w, standing, now),
    )


def _status(w: Waiver, standing: StepStanding | None, now: datetime) -> str:
    if standing is None:
        return "does not count: the step is no longer in the plan"
    if w.until < now:
        return "does not count: it has ended"
    if standing.standing is Standing.WAIVED:
        return "counts"
    if standing.standing in {Standing.PASS, Standing.SKIP}:
        return "not needed: the step passes"
    if not standing.card.waivable:
        return "does not count: the step cannot be waived any more"
    return "does not count: it ends before the cutover window does"


def certificate_lines(
    cards: Sequence[CertificateCard], now: datetime
) -> tuple[CertificateLine, ...]:
    """Return the bad certificates that are let pass, and whether they still are."""
    return tuple(
        CertificateLine(c.side, c.host, c.sha256, c.by, c.reason, c.until, c.until > now)
        for c in cards
    )


def override_line(o: Override) -> OverrideLine:
    """Return a command that was run against its gate."""
    return OverrideLine(o.command, o.verdict, o.by, o.at, o.reason)
