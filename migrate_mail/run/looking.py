"""One look at the world: run steps, record them, decide, and end the run in every case."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.errors import UserError
from migrate_mail.finding import Phase
from migrate_mail.run.bound import BoundPlan
from migrate_mail.run.decision import decide, verdict_data
from migrate_mail.run.runner import Runner, Watcher, resumable
from migrate_mail.run.verdict import Verdict
from migrate_mail.run.world import World
from migrate_mail.state.store import Store


@dataclass(frozen=True, slots=True)
class Look:
    """What one command looks at and decides on.

    run: the phases whose steps are run. judge: the phases that the verdict is about.
    only: step ids or keys; empty means all. fresh: keep nothing of an interrupted run.
    """

    command: str
    by: str
    run: tuple[Phase, ...]
    judge: tuple[Phase, ...]
    only: frozenset[str] = frozenset()
    fresh: bool = False


def look_and_decide(
    plan: BoundPlan, world: World, store: Store, look: Look, *, watch: Watcher
) -> Verdict:
    """Run the steps of some phases and judge; a run that is cut short is recorded as such.

    The next run of the same command goes on from there, unless it wants a fresh look.
    """
    _known(plan, look.only)
    kept = {} if look.fresh else resumable(store, plan, look.command, world)
    store.save_plan(plan.card.digest, plan.card.to_data())
    run_id = store.begin_run(look.command, plan.card.digest, look.by)
    outcome = "interrupted"
    try:
        Runner(plan, world, store, run_id, watch, kept, look.fresh).run(look.run, look.only)
        verdict = decide(store, plan.card, world.clock(), look.judge)
        store.save_verdict(run_id, verdict_data(verdict))
        outcome = verdict.word.value
    finally:
        store.end_run(run_id, outcome)
    return verdict


def _known(plan: BoundPlan, only: frozenset[str]) -> None:
    names = {n for s in plan.steps for n in (s.card.id, s.card.key)}
    unknown = sorted(only - names)
    if unknown:
        ids = ", ".join(dict.fromkeys(s.card.id for s in plan.steps))
        raise UserError(f"no step is called {', '.join(unknown)}", hint=f"the steps are: {ids}")
