"""The switch and the way back: settle what was left, plan, ask the gate, make the change, prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from migrate_mail.dns_changes.apply import Desk, Kind, carry_out, settle, unfinished
from migrate_mail.dns_changes.base import Driver
from migrate_mail.dns_changes.drivers import Parts, make_driver
from migrate_mail.dns_changes.model import Change
from migrate_mail.errors import ExitCode, MigrateMailError, Refused, SecretError, UserError
from migrate_mail.files.secretish import WANTED
from migrate_mail.finding import Phase
from migrate_mail.inventory.login import parse_reference
from migrate_mail.run.bound import BoundPlan
from migrate_mail.run.decision import facts_of, may_switch, verdict_data
from migrate_mail.run.rollback import latest_changes, plan_rollback
from migrate_mail.run.runner import Runner, Watcher
from migrate_mail.run.switch_plan import (
    DomainPlan,
    SwitchPlan,
    change_back,
    domain_plan,
    look_at,
    wanted_change,
)
from migrate_mail.run.verdict import Verdict, Word
from migrate_mail.run.world import World
from migrate_mail.secret import Secret
from migrate_mail.state.records import DnsChangeRecord, Override, ResultRecord, TtlObservation
from migrate_mail.state.store import Store

Agree = Callable[[SwitchPlan], None]
"""Shows the plan and raises Refused when the person does not agree."""

PATIENCE = timedelta(minutes=10)
_SHOWN = 10
_GO = frozenset({Word.GO, Word.CONDITIONAL})


@dataclass(frozen=True, slots=True)
class Order:
    """What the admin ordered. override: the reason to go against the gate. checksum: of the plan reviewed."""

    by: str
    override: str | None = None
    checksum: str | None = None
    patience: timedelta = PATIENCE

    def __post_init__(self) -> None:
        if self.override is not None and not self.override.strip():
            raise UserError(
                "--override is empty", hint="it is printed in every report; write the reason"
            )


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a switch works with. say: lines for the person. watch: step events."""

    plan: BoundPlan
    world: World
    store: Store
    say: Callable[[str], None] = field(repr=False)
    watch: Watcher = field(repr=False)

    def desk(self, patience: timedelta) -> Desk:
        """Return what DNS changes need of it."""
        world = self.world
        return Desk(world.dns, self.store, world.clock, world.wait, self.say, patience)


@dataclass(frozen=True, slots=True)
class Switched:
    """What was done.

    records: the changes of this run, proved. results: of the steps run after. ttls: the TTL
    journal, since a TTL that was lowered shortly before still lives in caches.
    """

    plan: SwitchPlan
    records: tuple[DnsChangeRecord, ...]
    results: tuple[ResultRecord, ...] = ()
    ttls: tuple[TtlObservation, ...] = ()


def driver_of(world: World, say: Callable[[str], None]) -> Driver:
    """Return the driver that migration.yaml names."""

    def secret(reference: str) -> Secret:
        ref = parse_reference(reference)
        if ref is None:
            raise SecretError("dns.key.secret is no secret reference", hint=WANTED)
        return world.secrets.get(ref)

    return make_driver(Parts(world.inventory.spec.dns, world.dns, secret, say))


def preview_cutover(plan: BoundPlan, world: World, store: Store | None) -> SwitchPlan:
    """Return what `cut_over` would do; nothing is changed, nor written down."""
    driver = driver_of(world, _silent)
    verdict = _asked(store, plan, world) if store else None
    return SwitchPlan(driver.name, _cutover_plans(world, driver, Order(by=""), None), verdict)


def cut_over(bench: Bench, order: Order, agree: Agree) -> Switched:
    """Make new the MX of every domain, then run the steps of phase cutover.

    Raise Refused when the gate is not GO (or CONDITIONAL) and no override is given. When DNS is
    as wanted already, only the steps are run.
    """
    with _run(bench, "cutover", order) as run_id:
        desk, driver = bench.desk(order.patience), driver_of(bench.world, bench.say)
        _settle_all(bench, desk, order)
        plan = SwitchPlan(driver.name, _cutover_plans(bench.world, driver, order, desk))
        records: list[DnsChangeRecord] = []
        if plan.changes:
            plan.must_be(order.checksum)
            plan = replace(plan, verdict=_pass_gate(bench, order, run_id))
            agree(plan)
            records = [
                _make(desk, driver, order, "switch", d) for d in plan.domains if d.change
            ]
        Runner(bench.plan, bench.world, bench.store, run_id, bench.watch).run((Phase.CUTOVER,))
        results, ttls = bench.store.results(run_id), bench.store.ttl_journal()
        return Switched(plan, tuple(records), tuple(results), tuple(ttls))


def roll_back(bench: Bench, order: Order, agree: Agree) -> Switched:
    """Take the MX of every switched domain back to what it was.

    Raise Refused past the point of no return unless an override is given. When nothing is
    switched, nothing is done.
    """
    with _run(bench, "rollback", order):
        desk, driver = bench.desk(order.patience), driver_of(bench.world, bench.say)
        _settle_all(bench, desk, order)
        plan = SwitchPlan(driver.name, _back_plans(bench, driver, order, desk))
        records: list[DnsChangeRecord] = []
        if plan.domains:
            plan.must_be(order.checksum)
            _pass_no_return(bench, order)
            agree(plan)
            records = [_make(desk, driver, order, "rollback", d) for d in plan.domains]
        return Switched(plan, tuple(records))


def _make(
    desk: Desk, driver: Driver, order: Order, kind: Kind, plan: DomainPlan
) -> DnsChangeRecord:
    desk.say(f"{plan.domain}: changing MX by {driver.name}")
    bold = order.override is not None
    change = plan.change or plan.recorded
    assert change is not None
    return carry_out(desk, driver, change, kind=kind, domain=plan.domain, bold=bold)


@contextmanager
def _run(bench: Bench, command: str, order: Order) -> Iterator[int]:
    """Record the run from its beginning to its end, however it ends."""
    card, store = bench.plan.card, bench.store
    store.save_plan(card.digest, card.to_data())
    run_id = store.begin_run(command, card.digest, order.by)
    outcome = "interrupted"
    try:
        yield run_id
        outcome = "done"
    except MigrateMailError as error:
        outcome = ExitCode(error.exit_code).name.lower().replace("_", " ")
        raise
    finally:
        store.end_run(run_id, outcome)


def _settle_all(bench: Bench, desk: Desk, order: Order) -> None:
    """End what a killed run left behind before anything is decided on."""
    for record in unfinished(bench.store):
        settled = settle(desk, record, give_up=order.override or "")
        bench.say(f"{record.domain}: that {record.kind} is {settled.last_event}")


def _cutover_plans(
    world: World, driver: Driver, order: Order, desk: Desk | None
) -> tuple[DomainPlan, ...]:
    plans = []
    for domain in world.inventory.spec.domains:
        seen = look_at(world.dns, domain, bold=order.override is not None)
        change = wanted_change(world.inventory, seen, domain)
        plans.append(domain_plan(domain, seen, change, driver, desk))
    return tuple(plans)


def _back_plans(
    bench: Bench, driver: Driver, order: Order, desk: Desk
) -> tuple[DomainPlan, ...]:
    plans = []
    for record in latest_changes(bench.store.dns_changes()):
        if record.kind == "rollback":
            continue
        seen = look_at(bench.world.dns, record.domain, bold=order.override is not None)
        plan = domain_plan(record.domain, seen, change_back(record, seen), driver, desk)
        plans.append(replace(plan, recorded=Change.from_data(record.inverse)))
    return tuple(reversed(plans))


def _pass_gate(bench: Bench, order: Order, run_id: int) -> Verdict:
    """Let through what the gate lets through, and what somebody overrides by name."""
    store, now = bench.store, bench.world.clock()
    verdict = _asked(store, bench.plan, bench.world)
    store.save_verdict(run_id, verdict_data(verdict))
    if verdict.word in _GO:
        return verdict
    if order.override is None:
        raise Refused(
            _refusal(verdict),
            hint="mend it and run `migrate-mail preflight`; or --override REASON, which is printed"
            " in every report after",
        )
    word = verdict.word.value
    store.override(Override("cutover", word, order.override.strip(), order.by, now))
    bench.say(f"OVERRIDDEN by {order.by}: the gate says {word}: {order.override.strip()}")
    return verdict


def _asked(store: Store, plan: BoundPlan, world: World) -> Verdict:
    accounts = [a.address for a in world.inventory.accounts]
    return may_switch(store, plan.card, world.clock(), accounts)


def _refusal(verdict: Verdict) -> str:
    lines = [f"  - {r.text}" for r in verdict.reasons if r.weight != "condition"]
    more = len(lines) - _SHOWN
    tail = [f"  - and {more} more: migrate-mail report"] if more > 0 else []
    head = f"the MX is not switched: the gate says {verdict.word.value}"
    return "\n".join([head, *lines[:_SHOWN], *tail])


def _pass_no_return(bench: Bench, order: Order) -> None:
    store, now = bench.store, bench.world.clock()
    line = plan_rollback(bench.plan.card, facts_of(store), now).no_return
    if line is None or line.passed_at is None:
        return
    text = (
        f"past the point of no return since {line.passed_at:%Y-%m-%d %H:%M %Z} ({line.title})"
    )
    if order.override is None:
        raise Refused(
            f"{text}: going back costs more than going on",
            hint="read the plan that `migrate-mail rollback` prints; --override REASON accepts it",
        )
    store.override(
        Override("rollback", "PAST NO RETURN", order.override.strip(), order.by, now)
    )
    bench.say(f"OVERRIDDEN by {order.by}: {text}: {order.override.strip()}")


def _silent(_: str) -> None:
    """Drop what a driver would say: a preview only looks."""
