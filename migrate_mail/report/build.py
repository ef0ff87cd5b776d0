"""From the state file to a report: offline, from what is recorded alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from migrate_mail import __version__
from migrate_mail.errors import StateError
from migrate_mail.report.by_domain import domain_pages
from migrate_mail.report.decided import (
    certificate_lines,
    override_line,
    waiver_lines,
    why_sentence,
    whys,
)
from migrate_mail.report.deeds import (
    account_line,
    delivery_lines,
    dns_change_line,
    not_copied,
    run_line,
)
from migrate_mail.report.incidents import incidents
from migrate_mail.report.model import DepartureLine, Foot, Report, Scope
from migrate_mail.report.since import since as compare
from migrate_mail.report.steps import stages_of
from migrate_mail.report.zone import in_zone, zone_of
from migrate_mail.run.card import PersonCard, PlanCard
from migrate_mail.run.decision import facts_of, phases_now
from migrate_mail.run.gate import AFTER_SWITCH, Facts, judge
from migrate_mail.run.rollback import RollbackPlan, plan_rollback
from migrate_mail.run.standing import standings_of
from migrate_mail.run.verdict import Standing, StepStanding, Verdict
from migrate_mail.state.records import DeliveryRecord, RunRecord, SyncTotals
from migrate_mail.state.store import Store

_BEFORE = "May we switch?"
_AFTER = "Did the switch work, and may it stay?"


def build(store: Store, *, now: datetime, since: str | None = None) -> Report:
    """Return everything known at a moment. The same state and moment give the same report.

    since: a run to compare with, see `report.since`. Raise StateError when no plan was ever
    recorded: then there is nothing to report on.
    """
    plan = _plan(store)
    zone = zone_of(plan)
    facts = facts_of(store)
    phases = phases_now(store)
    verdict = judge(plan, facts, now, phases)
    standings = standings_of(plan, facts.results, facts.confirmations, facts.waivers, now)
    names = {p.key: _name(p) for p in plan.people}
    totals, runs, deliveries = store.sync.totals(), store.runs(), store.deliveries()
    stages = stages_of(list(standings.values()), phases, names, now.astimezone(zone))
    pages = domain_pages(plan, facts, stages, totals, phases, names, now)
    reasons = [r for r in verdict.reasons if r.weight != "condition"]
    conditions = [r for r in verdict.reasons if r.weight == "condition"]
    report = Report(
        at=now,
        scope=_scope(plan),
        question=_AFTER if phases == AFTER_SWITCH else _BEFORE,
        verdict=verdict.word.value,
        why=why_sentence(verdict),
        holds_until=verdict.holds_until,
        data_as_of=_latest(facts, totals, runs, deliveries),
        oldest_at=_oldest(verdict),
        reasons=whys(reasons, names),
        conditions=whys(conditions, names),
        waivers=waiver_lines(facts.waivers, standings, now),
        overrides=tuple(override_line(o) for o in facts.overrides),
        connect=plan.connect,
        departures=tuple(DepartureLine(*one) for one in plan.departures),
        stages=stages,
        dns_changes=tuple(dns_change_line(c) for c in facts.changes),
        deliveries=delivery_lines(deliveries),
        accounts=tuple(account_line(t) for t in totals),
        not_copied=tuple(not_copied(f) for f in store.sync.failures()),
        rollback=_rollback(store, plan, facts, names, now),
        runs=tuple(run_line(r, plan.digest) for r in runs),
        foot=_foot(store, plan),
        domains=tuple(pages),
        incidents=incidents(runs, store.verdicts(), facts.changes, facts.overrides),
        accepted=_accepted(standings.values()),
        certificates=certificate_lines(plan.certificates, now),
        since=compare(store, since, stages) if since is not None else None,
    )
    return in_zone(report, zone)


def _plan(store: Store) -> PlanCard:
    data = store.latest_plan()
    if data is None:
        raise StateError(
            f"{store.path}: no plan was recorded yet, so there is nothing to report on",
            hint="run `migrate-mail preflight` first",
        )
    return PlanCard.from_data(data)


def _name(person: PersonCard) -> str:
    return f"{person.name} ({person.contact})" if person.contact else person.name


def _scope(plan: PlanCard) -> Scope:
    ends = plan.cutover_at + (plan.window or timedelta(0)) if plan.cutover_at else None
    return Scope(
        name=plan.name,
        ticket=plan.ticket,
        domains=plan.domains,
        old_mx=plan.old_mx,
        new_mx=plan.new_mx,
        accounts=plan.accounts,
        addresses=plan.addresses,
        cutover_at=plan.cutover_at,
        window_ends=ends,
        dns_driver=plan.dns_driver,
        people=tuple(_name(p) for p in plan.people),
    )


def _rollback(
    store: Store, plan: PlanCard, facts: Facts, names: Mapping[str, str], now: datetime
) -> RollbackPlan:
    back = plan_rollback(plan, facts, now, store.ttl_journal())
    steps = tuple(
        replace(s, owner=names.get(s.owner, s.owner)) if s.owner else s for s in back.steps
    )
    return replace(back, steps=steps)


def _latest(
    facts: Facts,
    totals: Sequence[SyncTotals],
    runs: Sequence[RunRecord],
    deliveries: Sequence[DeliveryRecord],
) -> datetime | None:
    """Return when anything was last recorded."""
    moments = [
        *(r.ended_at for r in facts.results.values()),
        *(c.at for c in facts.confirmations),
        *(w.at for w in facts.waivers),
        *(o.at for o in facts.overrides),
        *(at for c in facts.changes for _, _, at in c.events),
        *(d.sent_at for d in deliveries),
        *(t.last_at for t in totals if t.last_at),
        *(r.ended_at or r.started_at for r in runs),
    ]
    return max(moments, default=None)


def _foot(store: Store, plan: PlanCard) -> Foot:
    files, head = plan.checklists, store.head()[1]
    return Foot(__version__, plan.digest, plan.inventory, files, str(store.path), head)


def _accepted(standings: Iterable[StepStanding]) -> int:
    """Return how many addresses new was seen to accept, by steps that pass: each domain counts once."""
    by_item: dict[str | None, int] = {}
    for one in standings:
        if one.standing is Standing.PASS and one.result and one.card.check == "smtp.recipients":
            counts = [f.args.get("count") for f in one.result.findings]
            most = max((n for n in counts if isinstance(n, int)), default=0)
            by_item[one.card.item] = max(most, by_item.get(one.card.item, 0))
    return sum(by_item.values())


def _oldest(verdict: Verdict) -> datetime | None:
    """Return the oldest look that the verdict rests on."""
    looks = [s.result.ended_at for s in verdict.standings if s.result is not None]
    return min(looks, default=None)
