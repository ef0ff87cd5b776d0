"""The way back as a plan, from what is recorded alone: what, in which order, how long. Pure.

What was done last is undone first. Taking back the MX is automatic; what people did, people
undo; and some things have no way back, which the plan says before anybody needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from migrate_mail.dns_changes.model import Change
from migrate_mail.finding import Outcome, Phase
from migrate_mail.run.card import PlanCard, StepCard
from migrate_mail.run.gate import Facts
from migrate_mail.run.way_back_time import BackBy, back_by
from migrate_mail.state.records import DnsChangeRecord, TtlObservation

Mark = Literal["automatic", "manual", "not reversible"]
Stage = Literal["before", "switched", "back"]
_AFTER = (Phase.CUTOVER, Phase.VERIFY, Phase.CLOSE)
_THIS_PROGRAM = "migrate-mail rollback"
_NOTHING_DONE = {"planned", "failed", "abandoned"}


@dataclass(frozen=True, slots=True)
class BackStep:
    """One step of the way back. undoes: the step key or `DOMAIN MX` that it takes back.

    done_at: when that was done; None before the switch. takes: None where nobody said.
    what: what to do, as lines; for `not reversible` the reason.
    """

    mark: Mark
    title: str
    what: str
    takes: timedelta | None = None
    owner: str | None = None
    undoes: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoReturn:
    """The step after which going back costs more than going on. passed_at None: not passed yet."""

    step: str
    title: str
    passed_at: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """The way back. stage `before`: as it would be if we switched now; `back`: MX is back at old."""

    stage: Stage
    at: datetime
    steps: tuple[BackStep, ...]
    back_by: BackBy
    no_return: NoReturn | None

    @property
    def past_no_return(self) -> bool:
        """True when going back costs more than going on."""
        return self.no_return is not None and self.no_return.passed_at is not None

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data: times as ISO 8601, spans as seconds."""
        return {**_plain(asdict(self)), "past_no_return": self.past_no_return}


def plan_rollback(
    plan: PlanCard, facts: Facts, now: datetime, ttls: Sequence[TtlObservation] = ()
) -> RollbackPlan:
    """Return the way back as it is now (before the switch: as it would be)."""
    latest = latest_changes(facts.changes)
    stage = _stage(latest)
    when = back_by(plan, facts.changes, latest, now, ttls)
    undo = [*_dns_steps(plan, latest, stage), *_note_steps(plan, facts, stage)]
    undo.sort(key=lambda s: s.done_at or now, reverse=True)
    return RollbackPlan(
        stage=stage,
        at=now,
        steps=(*undo, *_mail_steps(when, stage)),
        back_by=when,
        no_return=_no_return(plan, facts),
    )


def latest_changes(changes: Sequence[DnsChangeRecord]) -> list[DnsChangeRecord]:
    """Return the last change of each domain that did something, or may have done something."""
    by_domain = {c.domain: c for c in changes if c.last_event not in _NOTHING_DONE}
    return list(by_domain.values())


def _stage(latest: Sequence[DnsChangeRecord]) -> Stage:
    if not latest:
        return "before"
    back = all(c.kind == "rollback" and c.last_event == "read-back" for c in latest)
    return "back" if back else "switched"


def _dns_steps(
    plan: PlanCard, latest: Sequence[DnsChangeRecord], stage: Stage
) -> Iterator[BackStep]:
    by_hand = plan.dns_driver == "manual"
    how = "migrate-mail rollback --apply" + (
        " (it prints what to change and watches)" if by_hand else ""
    )
    if stage == "before":
        old = ", ".join(plan.old_mx)
        for domain in plan.domains:
            text = f"{how}\nMX of {domain} as it is at the switch (inventory: {old})"
            yield BackStep(
                "automatic", f"Point the MX of {domain} back to old", text,
                undoes=f"{domain} MX",
            )  # fmt: skip
        return
    for record in latest:
        if record.kind == "switch" or record.last_event != "read-back":
            yield _dns_step(record, how)


def _dns_step(record: DnsChangeRecord, how: str) -> BackStep:
    data = record.inverse if record.kind == "switch" else record.change
    back = Change.from_data(data).after
    lines = back.zone_text() or f"; no {back.rtype} record at {back.name}"
    title = f"Point the MX of {record.domain} back to old"
    if record.kind == "rollback":
        title = (
            f"End the rollback of {record.domain} that was {record.last_event} and not proved"
        )
    return BackStep(
        "automatic", title, f"{how}\n{lines}",
        undoes=f"{record.domain} MX",
        done_at=record.when("applied") or record.when("read-back") or record.when("started"),
    )  # fmt: skip


def _note_steps(plan: PlanCard, facts: Facts, stage: Stage) -> Iterator[BackStep]:
    """Give what the checklist says about undoing each step that was done."""
    for card in reversed(plan.steps):
        if card.phase not in _AFTER:
            continue
        done = _done_at(card, facts)
        if done is not None or (stage == "before" and card.phase is Phase.CUTOVER):
            step = _note_step(card, done)
            if step is not None:
                yield step


def _note_step(card: StepCard, done: datetime | None) -> BackStep | None:
    note = card.rollback
    title = f"Undo: {card.title}"
    if note is None:
        if card.body == "check":
            return None
        text = "the checklist names no way back for this step (`rollback:`); think of one now"
        return BackStep("manual", title, text, None, card.owner, card.key, done)
    if note.do is not None and _THIS_PROGRAM in note.do:
        return None  # the DNS steps of this plan say it, with the records
    if note.do is None:
        text = note.because or "no reason was given"
        return BackStep("not reversible", card.title, text, None, card.owner, card.key, done)
    return BackStep("manual", title, note.do, note.takes, card.owner, card.key, done)


def _done_at(card: StepCard, facts: Facts) -> datetime | None:
    """Return when a step was done: confirmed by a person, or run and passed."""
    if card.body == "manual":
        said = [c.at for c in facts.confirmations if c.step == card.key]
        return max(said, default=None)
    result = facts.results.get(card.key)
    passed = result is not None and result.outcome is Outcome.PASS
    return result.ended_at if result is not None and passed else None


def _mail_steps(when: BackBy, stage: Stage) -> Iterator[BackStep]:
    until = (
        "until caches have run out and refused senders have tried again"
        if stage == "before"
        else f"until {when.with_retry_by:%Y-%m-%d %H:%M %Z} at least"
    )
    yield BackStep(
        "manual",
        "Keep new accepting mail while caches still send there",
        f"leave new running {until}, and look at its queue then: what waits there is to be"
        " delivered to old, not dropped",
        takes=when.with_retry,
    )
    yield BackStep(
        "manual",
        "Copy mail that arrived on new since the switch back to old",
        "migrate-mail sync --phase back\nevery folder, Sent and Drafts too; it only adds, on"
        " either side nothing is deleted. Once more when new gets no more mail",
    )


def _no_return(plan: PlanCard, facts: Facts) -> NoReturn | None:
    if plan.point_of_no_return is None:
        return None
    cards = [c for c in plan.steps if c.id == plan.point_of_no_return]
    passed = [(at, c) for c in cards if (at := _done_at(c, facts)) is not None]
    if not passed:
        title = cards[0].title if cards else plan.point_of_no_return
        return NoReturn(plan.point_of_no_return, title, None, None)
    at, card = min(passed, key=lambda p: p[0])
    by = next((c.by for c in facts.confirmations if c.step == card.key and c.at == at), None)
    return NoReturn(plan.point_of_no_return, card.title, at, by)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value
