"""What people say: confirming a manual step, waiving a step that does not pass."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime

from migrate_mail.errors import Refused, UserError
from migrate_mail.files.scalars import parse_duration
from migrate_mail.finding import Clock, utc_now
from migrate_mail.run.card import PlanCard, StepCard
from migrate_mail.state.records import Confirmation, Waiver
from migrate_mail.state.store import Store


def confirm_steps(
    store: Store,
    plan: PlanCard,
    names: Sequence[str],
    *,
    by: str,
    note: str,
    clock: Clock = utc_now,
) -> list[Confirmation]:
    """Record that manual steps are done, all or none; a bare id confirms all of its instances."""
    cards = list(dict.fromkeys(card for name in names for card in _manual(plan, name)))
    _wanted("--by", by)
    done = [Confirmation(c.key, c.digest, by.strip(), note, clock()) for c in cards]
    store.save_plan(plan.digest, plan.to_data())
    for one in done:
        store.confirm(one)
    return done


def waive_step(
    store: Store,
    plan: PlanCard,
    name: str,
    *,
    by: str,
    reason: str,
    until: datetime,
    clock: Clock = utc_now,
) -> Waiver:
    """Record a waiver of exactly one step instance. Raise Refused for `waivable: false`."""
    cards = _named(plan, name)
    if len(cards) > 1:
        keys = ", ".join(c.key for c in cards)
        raise UserError(
            f"`{name}` has {len(cards)} instances; a waiver names one", hint=f"one of: {keys}"
        )
    if not cards[0].waivable:
        raise Refused(
            f"`{cards[0].key}` cannot be waived (waivable: false)", hint="mend what it found"
        )
    _wanted("--by", by)
    _wanted("--reason", reason)
    now = clock()
    if until <= now:
        raise UserError(
            f"the waiver would end at {until.isoformat()}, which has passed",
            hint="give a later --until",
        )
    waiver = Waiver(cards[0].key, by.strip(), reason.strip(), until, now)
    store.save_plan(plan.digest, plan.to_data())
    store.waive(waiver)
    return waiver


def parse_until(text: str, clock: Clock = utc_now) -> datetime:
    """Return the moment of `--until`: ISO 8601 with an offset, or a span from now."""
    try:
        return clock() + parse_duration(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"--until: `{text}` is neither a moment nor a span",
            hint="write 2026-03-14T06:00+01:00, or 12h, or 7d",
        ) from None
    if moment.tzinfo is None:
        raise UserError(
            f"--until: `{text}` has no offset from UTC, so the moment is not certain",
            hint=f"write {text}+01:00, or {text}Z",
        )
    return moment


def _manual(plan: PlanCard, name: str) -> list[StepCard]:
    cards = _named(plan, name)
    if cards[0].body != "manual":
        hint = f"run it: migrate-mail preflight --only {cards[0].id}"
        raise UserError(
            f"`{name}` is not a manual step; it is looked at, not confirmed", hint=hint
        )
    return cards


def _named(plan: PlanCard, name: str) -> list[StepCard]:
    cards = [c for c in plan.steps if name in (c.key, c.id)]
    if not cards:
        known = list(dict.fromkeys([c.id for c in plan.steps] + [c.key for c in plan.steps]))
        close = difflib.get_close_matches(name, known, n=1)
        hint = (
            f"did you mean `{close[0]}`?"
            if close
            else f"the steps are: {', '.join(dict.fromkeys(c.id for c in plan.steps))}"
        )
        raise UserError(f"there is no step `{name}`", hint=hint)
    return cards


def _wanted(option: str, text: str) -> None:
    if not text.strip():
        raise UserError(
            f"{option} is empty", hint="it is printed in every report; write a name or a reason"
        )
