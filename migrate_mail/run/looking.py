"""One look at the world: run steps, record them, decide, and end the run in every case."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_mail.errors import UserError
from migrate_mail.finding import Phase
from migrate_mail.run.bound import BoundPlan
from migrate_mail.run.decision import decide, verdict_data
from migrate_mail.run.runner import Runner, Watcher, resumable
from migrate_mail.run.verdict import Verdict
from migrate_mail.run.world import World
from migrate_mail.state.store import Store


def look_and_decide(
    plan: BoundPlan,
    world: World,
    store: Store,
    *,
    command: str,
    run: Sequence[Phase],
    judge: Sequence[Phase],
    only: frozenset[str] = frozenset(),
    fresh: bool = False,
    by: str,
    watch: Watcher,
) -> Verdict:
    """Run the steps of some phases and judge; a run that is cut short is recorded as such.

    The next run of the same command goes on from there (`fresh`: looks at everything again).
    """
    _known(plan, only)
    kept = {} if fresh else resumable(store, plan, command, world)
    store.save_plan(plan.card.digest, plan.card.to_data())
    run_id = store.begin_run(command, plan.card.digest, by)
    outcome = "interrupted"
    try:
        Runner(plan, world, store, run_id, watch, kept).run(run, only)
        verdict = decide(store, plan.card, world.clock(), judge)
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
