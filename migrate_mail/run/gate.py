"""The gate: recorded facts in, GO, CONDITIONAL, NO-GO or CANNOT TELL out. Pure.

    outcome   what a run saw                      pass, fail, unknown, skip
    standing  what that is worth now              + missing, stale, blocked, pending, waived
    verdict   the worst of what the standings do to it

Unknown is not pass. A blocker that failed, is stale, was never run, waits for something or
has no owner stops the gate; one that could not be told makes CANNOT TELL when nothing stops.
A valid waiver turns its step into a condition. No percentages: 97% green hides one missing
catch-all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from migrate_mail.finding import Outcome, Phase, Severity
from migrate_mail.run.card import PlanCard, StepCard
from migrate_mail.run.standing import OK, standings_of
from migrate_mail.run.verdict import Reason, Standing, StepStanding, Verdict, Word
from migrate_mail.state.records import (
    Confirmation,
    DnsChangeRecord,
    Override,
    ResultRecord,
    Waiver,
)

BEFORE_SWITCH = (Phase.PREPARE, Phase.PREFLIGHT)
AFTER_SWITCH = (Phase.CUTOVER, Phase.VERIFY)

Weight = Literal["stops", "cannot-tell", "condition"]
_ORDER: tuple[Weight, ...] = ("stops", "cannot-tell", "condition")


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, as far as a decision needs it. results: the latest of each step key."""

    results: Mapping[str, ResultRecord]
    confirmations: Sequence[Confirmation] = ()
    waivers: Sequence[Waiver] = ()
    overrides: Sequence[Override] = ()
    changes: Sequence[DnsChangeRecord] = ()


def judge(
    plan: PlanCard, facts: Facts, now: datetime, phases: Sequence[Phase] = BEFORE_SWITCH
) -> Verdict:
    """Decide on the steps of the phases given. The same facts and moment give the same verdict."""
    standings = standings_of(plan, facts.results, facts.confirmations, facts.waivers, now)
    mine = tuple(s for s in standings.values() if s.card.phase in phases)
    reasons = [
        *_about_the_whole(plan, mine, facts.changes),
        *(r for s in mine for r in _about_step(plan, s, standings)),
    ]
    reasons += _too_many_conditions(plan, reasons, standings)
    reasons.sort(key=lambda r: _ORDER.index(r.weight))
    moments = [s.until for s in mine if s.until is not None]
    return Verdict(
        word=_word(reasons),
        at=now,
        reasons=tuple(reasons),
        standings=mine,
        holds_until=min(moments, default=None),
        overrides=tuple(facts.overrides),
    )


def _word(reasons: Sequence[Reason]) -> Word:
    weights = {r.weight for r in reasons}
    if "stops" in weights:
        return Word.NO_GO
    if "cannot-tell" in weights:
        return Word.CANNOT_TELL
    return Word.CONDITIONAL if weights else Word.GO


def _about_the_whole(
    plan: PlanCard, mine: Sequence[StepStanding], changes: Sequence[DnsChangeRecord]
) -> list[Reason]:
    reasons = []
    if not mine:
        reasons.append(Reason("stops", None, f"{plan.name}: there is no step to decide on"))
    elif all(
        s.standing in {Standing.MISSING, Standing.PENDING, Standing.BLOCKED} for s in mine
    ):
        reasons.append(
            Reason("stops", None, "nothing was looked at yet", fix="migrate-mail preflight")
        )
    reasons += [
        Reason(
            "stops",
            None,
            f"a DNS change of {c.domain} was {c.last_event} and not proved on every name server",
            fix=f"run the {'cutover' if c.kind == 'switch' else 'rollback --apply'} again: it looks before it acts",
        )
        for c in changes
        if c.last_event in {"started", "applied"}
    ]
    return reasons


def _about_step(
    plan: PlanCard, standing: StepStanding, standings: Mapping[str, StepStanding]
) -> list[Reason]:
    card = standing.card
    reasons = []
    weight = _weight(standing, standings)
    if weight:
        text = f"{card.title}: {standing.reason}"
        reasons.append(Reason(weight, card.key, text, card.owner, _first_fix(standing)))
    ownerless = _ownerless(plan, card)
    if ownerless:
        fix = "set `owner:` on the step, and the person under `people:` in migration.yaml"
        stops: Weight = "stops" if card.severity is Severity.BLOCKER else "condition"
        reasons.append(Reason(stops, card.key, f"{card.title}: {ownerless}", None, fix))
    return reasons


def _first_fix(standing: StepStanding) -> str | None:
    found = standing.result.findings if standing.result else ()
    bad = (f.fix for f in found if f.outcome in {Outcome.FAIL, Outcome.UNKNOWN})
    return next((fix for fix in bad if fix), None)


def _weight(standing: StepStanding, standings: Mapping[str, StepStanding]) -> Weight | None:
    """Say what a standing does to the verdict; None: nothing."""
    severity = standing.card.severity
    if standing.standing in OK or severity in {Severity.MINOR, Severity.INFO}:
        return None
    if standing.standing is Standing.WAIVED or severity is Severity.MAJOR:
        return "condition"
    return "cannot-tell" if _only_unknown(standing, standings) else "stops"


def _only_unknown(standing: StepStanding, standings: Mapping[str, StepStanding]) -> bool:
    """Tell whether nothing failed: the step, or all it waits for, could not be looked at."""
    if standing.standing is Standing.UNKNOWN:
        return True
    if standing.standing is not Standing.BLOCKED:
        return False
    waits = [
        standings[k]
        for k in standing.card.needs
        if standings[k].standing not in {*OK, Standing.WAIVED}
    ]
    return all(_only_unknown(w, standings) for w in waits)


def _ownerless(plan: PlanCard, card: StepCard) -> str:
    if card.severity in {Severity.MINOR, Severity.INFO}:
        return ""
    if card.owner is None:
        return "nobody owns this step"
    if card.owner not in {p.key for p in plan.people}:
        return f"its owner `{card.owner}` is not among the people of migration.yaml"
    return ""


def _too_many_conditions(
    plan: PlanCard, reasons: Sequence[Reason], standings: Mapping[str, StepStanding]
) -> list[Reason]:
    """Stop when too much is wrong; when it is too much only with what nobody could look at, say that."""
    conditions = [standings.get(r.step or "") for r in reasons if r.weight == "condition"]
    unknown = sum(s is not None and _only_unknown(s, standings) for s in conditions)
    if len(conditions) <= plan.max_conditions:
        return []
    text = f"{len(conditions)} conditions are open; {plan.max_conditions} are allowed (cutover.max_conditions)"
    if len(conditions) - unknown > plan.max_conditions:
        return [Reason("stops", None, text)]
    return [Reason("cannot-tell", None, f"{text}; {unknown} of them could not be looked at")]
