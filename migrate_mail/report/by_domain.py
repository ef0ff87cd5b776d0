"""A page for each domain of a migration that moves several: its own verdict, steps, mailboxes, MX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from migrate_mail.finding import Phase
from migrate_mail.report.decided import why_sentence, whys
from migrate_mail.report.deeds import dns_change_line
from migrate_mail.report.model import DomainPage, StageSection, StepMark
from migrate_mail.run.card import PlanCard, StepCard
from migrate_mail.run.gate import Facts, judge
from migrate_mail.state.records import SyncTotals


def domain_pages(
    plan: PlanCard,
    facts: Facts,
    stages: Sequence[StageSection],
    totals: Sequence[SyncTotals],
    phases: Sequence[Phase],
    names: Mapping[str, str],
    now: datetime,
) -> Iterator[DomainPage]:
    """Give a page for each domain; none when there is only one, of which the report is the page.

    A domain is judged by its own steps and by those of no domain, so that one may go alone.
    """
    lines = {line.key: line for stage in stages for line in stage.steps}
    for domain in plan.domains if len(plan.domains) > 1 else ():
        changes = [c for c in facts.changes if c.domain == domain]
        mine = replace(facts, changes=changes)
        verdict = judge(part_of(plan, domain), mine, now, phases)
        own = [lines[c.key] for c in plan.steps if domain_of(c, plan.domains) == domain]
        boxes = [t for t in totals if t.account.rpartition("@")[2].lower() == domain]
        yield DomainPage(
            domain=domain,
            verdict=verdict.word.value,
            why=why_sentence(verdict),
            reasons=whys(verdict.reasons, names),
            steps=tuple(StepMark(s.key, s.title, s.standing, s.said, s.owner) for s in own),
            mailboxes=len(boxes),
            whole=sum(t.last_state == "done" and not t.failed for t in boxes),
            messages=sum(t.copied for t in boxes),
            mx=tuple(f"{c.kind}: {dns_change_line(c).status}" for c in changes),
        )


def part_of(plan: PlanCard, domain: str) -> PlanCard:
    """Return the plan with the steps of one domain and of none; what they need of others is let go."""
    mine = [c for c in plan.steps if domain_of(c, plan.domains) in {None, domain}]
    keys = {c.key for c in mine}
    steps = tuple(replace(c, needs=tuple(k for k in c.needs if k in keys)) for c in mine)
    return replace(plan, steps=steps)


def domain_of(card: StepCard, domains: Sequence[str]) -> str | None:
    """Return the domain that a step instance is about: its item, or its item's part after the @."""
    domain = (card.item or "").rpartition("@")[2].lower()
    return domain if domain in domains else None
