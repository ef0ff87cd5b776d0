"""What each step is worth now: its outcome, its age and the people's word taken together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from migrate_mail.checks.wording import told
from migrate_mail.files.scalars import format_duration
from migrate_mail.finding import Finding, Outcome
from migrate_mail.run.card import PlanCard, StepCard
from migrate_mail.run.verdict import Standing, StepStanding
from migrate_mail.state.records import Confirmation, ResultRecord, Waiver

OK = frozenset({Standing.PASS, Standing.SKIP})
_SKEW = timedelta(minutes=5)
"""A result may lie this far in the future: clocks of two machines differ."""

_STANDINGS = {
    Outcome.PASS: Standing.PASS,
    Outcome.SKIP: Standing.SKIP,
    Outcome.FAIL: Standing.FAIL,
    Outcome.UNKNOWN: Standing.UNKNOWN,
}


def standings_of(
    plan: PlanCard,
    results: Mapping[str, ResultRecord],
    confirmations: Sequence[Confirmation],
    waivers: Sequence[Waiver],
    now: datetime,
) -> dict[str, StepStanding]:
    """Return the standing of every step of the plan, by key, in the plan's order."""
    said = {c.step: c for c in sorted(confirmations, key=lambda c: c.at)}
    waived = {w.step: w for w in sorted(waivers, key=lambda w: w.at)}
    found: dict[str, StepStanding] = {}
    for card in _needs_first(plan.steps):
        own = _own(card, results.get(card.key), said.get(card.key), now)
        after = _after_needs(own, found)
        found[card.key] = _after_waiver(after, waived.get(card.key), _must_outlive(plan, now))
    return {card.key: found[card.key] for card in plan.steps}


def _needs_first(cards: Sequence[StepCard]) -> list[StepCard]:
    """Order cards so that each comes after what it needs (the loader refuses circles)."""
    by_key = {c.key: c for c in cards}
    done: dict[str, StepCard] = {}

    def visit(card: StepCard) -> None:
        for key in card.needs:
            if key not in done:
                visit(by_key[key])
        done.setdefault(card.key, card)

    for card in cards:
        visit(card)
    return list(done.values())


def _own(
    card: StepCard, result: ResultRecord | None, said: Confirmation | None, now: datetime
) -> StepStanding:
    if card.body != "manual":
        return _looked_at(card, result, now)
    signed = _signed(card, said, now)
    if signed.standing is not Standing.PASS or not card.proved:
        return signed
    proof = _looked_at(card, result, now)
    return replace(proof, confirmation=said, until=_earlier(signed.until, proof.until))


def _looked_at(card: StepCard, result: ResultRecord | None, now: datetime) -> StepStanding:
    if result is None:
        return StepStanding(card, Standing.MISSING, "never run")
    until = result.ended_at + card.valid_for
    stale = _stale(card, result, now)
    if stale:
        return StepStanding(card, Standing.STALE, stale, result)
    standing = _STANDINGS[result.outcome]
    reason = "" if standing in OK else _summary(result.findings)
    return StepStanding(card, standing, reason, result, until=until)


def _stale(card: StepCard, result: ResultRecord, now: datetime) -> str:
    if result.digest != card.digest:
        return "the step, or the inventory that it reads, was changed after it was last run"
    if result.started_at > now + _SKEW:
        return "its result is dated in the future; check the clock"
    if now > result.ended_at + card.valid_for:
        age = format_duration(
            timedelta(minutes=(now - result.ended_at) // timedelta(minutes=1))
        )
        return f"last run {age} ago; a result counts for {format_duration(card.valid_for)}"
    return ""


def _signed(card: StepCard, said: Confirmation | None, now: datetime) -> StepStanding:
    how = f"migrate-mail confirm '{card.key}' --by NAME"
    if said is None:
        return StepStanding(card, Standing.PENDING, f"waits for a person: {how}")
    until = said.at + card.valid_for
    if said.digest != card.digest:
        return StepStanding(
            card,
            Standing.STALE,
            f"the step was changed after it was confirmed: {how}",
            confirmation=said,
        )
    if now > until:
        return StepStanding(
            card, Standing.STALE, f"confirmed too long ago: {how}", confirmation=said
        )
    return StepStanding(card, Standing.PASS, "", confirmation=said, until=until)


def _summary(findings: Sequence[Finding]) -> str:
    """Say the worst that was found in a sentence, and how much more there is."""
    bad = [f for f in findings if f.outcome is Outcome.FAIL] or [
        f for f in findings if f.outcome is Outcome.UNKNOWN
    ]
    if not bad:
        return "could not tell: nothing was looked at"
    word = "could not tell: " if bad[0].outcome is Outcome.UNKNOWN else ""
    more = f" (and {len(bad) - 1} more like it)" if len(bad) > 1 else ""
    return f"{word}{told(bad[0])}{more}"


def _after_needs(own: StepStanding, found: Mapping[str, StepStanding]) -> StepStanding:
    unmet = [k for k in own.card.needs if found[k].standing not in {*OK, Standing.WAIVED}]
    if not unmet or own.standing in {Standing.FAIL, Standing.UNKNOWN}:
        return own
    return replace(
        own, standing=Standing.BLOCKED, reason=f"waits for {', '.join(unmet)}", until=None
    )


def _after_waiver(own: StepStanding, waiver: Waiver | None, outlive: datetime) -> StepStanding:
    if waiver is None or own.standing in OK or not own.card.waivable:
        return own
    if waiver.until < outlive:
        ended = f"the waiver by {waiver.by} ends {waiver.until:%Y-%m-%d %H:%M %Z}, too early to count"
        return replace(own, reason=f"{own.reason}; {ended}", waiver=waiver)
    reason = f"waived by {waiver.by} until {waiver.until:%Y-%m-%d %H:%M %Z}: {waiver.reason} ({own.standing}: {own.reason})"
    return replace(
        own, standing=Standing.WAIVED, reason=reason, waiver=waiver, until=waiver.until
    )


def _must_outlive(plan: PlanCard, now: datetime) -> datetime:
    """Return the moment that a waiver must reach: the end of the cutover window, or now."""
    end = (plan.cutover_at + (plan.window or timedelta(0))) if plan.cutover_at else now
    return max(end, now)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((m for m in (one, other) if m is not None), default=None)
