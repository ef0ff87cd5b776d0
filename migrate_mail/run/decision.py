"""From the state file to a verdict: which facts the gate is given, and how a verdict is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from migrate_mail.finding import Phase
from migrate_mail.run.card import PlanCard
from migrate_mail.run.gate import AFTER_SWITCH, BEFORE_SWITCH, Facts, judge
from migrate_mail.run.verdict import Reason, Verdict, Word
from migrate_mail.state.store import Store


def facts_of(store: Store) -> Facts:
    """Return what the gate decides on."""
    return Facts(
        results=store.latest_results(),
        confirmations=store.confirmations(),
        waivers=store.waivers(),
        overrides=store.overrides(),
        changes=store.dns_changes(),
    )


def switched(store: Store) -> bool:
    """Tell whether the MX of at least one domain points to new: switched, and not taken back."""
    latest = {
        c.domain: c for c in store.dns_changes() if c.last_event in {"applied", "read-back"}
    }
    return any(c.kind == "switch" for c in latest.values())


def phases_now(store: Store) -> tuple[Phase, ...]:
    """Return the phases of the present question: may we switch, or did the switch work."""
    return AFTER_SWITCH if switched(store) else BEFORE_SWITCH


def decide(
    store: Store, plan: PlanCard, now: datetime, phases: Sequence[Phase] | None = None
) -> Verdict:
    """Judge what is recorded (`phases`: by default those of the present question)."""
    return judge(plan, facts_of(store), now, phases or phases_now(store))


def may_switch(store: Store, plan: PlanCard, now: datetime, accounts: Sequence[str]) -> Verdict:
    """Judge as before the switch, and ask besides that every mailbox was copied to the end once.

    `preflight` says GO before the first sync, since it asks whether the new side is ready; to
    switch without the mail would leave users before empty mailboxes.
    """
    verdict = decide(store, plan, now, BEFORE_SWITCH)
    copied = {t.account for t in store.sync.totals() if t.last_state == "done"}
    missing = [address for address in accounts if address not in copied]
    if not missing:
        return verdict
    shown = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
    text = f"{len(missing)} of {len(accounts)} mailboxes were not copied to the end: {shown}"
    reason = Reason("stops", None, text, fix="migrate-mail sync")
    return replace(verdict, word=Word.NO_GO, reasons=(reason, *verdict.reasons))


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain JSON data, as it is kept and printed."""
    return {
        "verdict": verdict.word.value,
        "at": verdict.at.isoformat(),
        "holds_until": verdict.holds_until.isoformat() if verdict.holds_until else None,
        "reasons": [
            {"weight": r.weight, "step": r.step, "text": r.text, "owner": r.owner, "fix": r.fix}
            for r in verdict.reasons
        ],
        "steps": [
            {
                "step": s.card.key,
                "title": s.card.title,
                "phase": s.card.phase.value,
                "stage": s.card.stage,
                "severity": s.card.severity.value,
                "owner": s.card.owner,
                "standing": s.standing.value,
                "reason": s.reason,
            }
            for s in verdict.standings
        ],
    }
