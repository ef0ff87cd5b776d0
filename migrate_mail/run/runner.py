"""Walking the stages: independent steps side by side, every finding recorded as it comes.

One check must never end the run: what a check raises becomes an `unknown` finding, and one
that does not come back within its step's timeout is recorded as unknown and left behind.
Storms at one host are held off a layer below, in `net.limits`.
"""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from migrate_mail.checks.base import Context
from migrate_mail.errors import MigrateMailError, NetError
from migrate_mail.finding import Finding, Outcome, Phase, worst
from migrate_mail.run.bound import BoundPlan, BoundStep
from migrate_mail.run.world import World
from migrate_mail.state.records import ResultRecord
from migrate_mail.state.store import Store

PARALLEL = 8
_RESUME_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Something a person may watch. done, total: steps of this run."""

    kind: Literal["started", "said", "finished", "kept"]
    step: BoundStep
    text: str = ""
    result: ResultRecord | None = None
    done: int = 0
    total: int = 0


Watcher = Callable[[StepEvent], None]


@dataclass(slots=True)
class _Job:
    """One step under way. deadline: on the monotonic clock."""

    step: BoundStep
    deadline: float
    over: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Runner:
    """Runs the steps of some phases once and records what they gave."""

    plan: BoundPlan
    world: World
    store: Store
    run_id: int
    watch: Watcher
    kept: Mapping[str, ResultRecord] = field(default_factory=dict)
    fresh: bool = False
    _inbox: queue.Queue[tuple[_Job, ResultRecord]] = field(default_factory=queue.Queue)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _done: int = 0
    _total: int = 0

    def run(self, phases: Sequence[Phase], only: frozenset[str] = frozenset()) -> None:
        """Run every runnable step of the phases, stage by stage (`only`: these step ids or keys)."""
        self._outcomes = {k: r.outcome for k, r in self.store.latest_results().items()}
        chosen = [s for s in self.plan.steps if s.card.phase in phases and _runnable(s)]
        chosen = [s for s in chosen if not only or only & {s.card.id, s.card.key}]
        self._total = len(chosen)
        for phase in Phase:
            for stage in _stages(chosen, phase):
                self._walk(stage)

    def _walk(self, stage: list[BoundStep]) -> None:
        """Run one stage: each step as soon as what it needs in this stage has ended."""
        waiting = self._keep(stage)
        jobs: list[_Job] = []
        while waiting or jobs:
            names = {s.card.key for s in waiting} | {j.step.card.key for j in jobs}
            ready = [s for s in waiting if not names & set(s.card.needs)]
            for step in ready[: PARALLEL - len(jobs)]:
                waiting.remove(step)
                if self._needs_met(step):
                    jobs.append(self._start(step))
                else:
                    self._done += 1
            if jobs:
                self._collect(jobs)
            elif not ready:  # a circle, which the loader refuses: it must not hang here
                return

    def _keep(self, stage: list[BoundStep]) -> list[BoundStep]:
        """Set aside what the interrupted run before this one has already passed."""
        for step in [s for s in stage if s.card.key in self.kept]:
            record = self.kept[step.card.key]
            self._finish(step, record, kind="kept")
        return [s for s in stage if s.card.key not in self.kept]

    def _needs_met(self, step: BoundStep) -> bool:
        """Tell whether everything that a step needs has passed; manual needs are the gate's."""
        manual = {s.card.key for s in self.plan.steps if s.card.body == "manual"}
        fine = {Outcome.PASS, Outcome.SKIP}
        return all(k in manual or self._outcomes.get(k) in fine for k in step.card.needs)

    def _start(self, step: BoundStep) -> _Job:
        job = _Job(step, time.monotonic() + step.timeout.total_seconds())
        self.watch(StepEvent("started", step, done=self._done, total=self._total))
        threading.Thread(
            target=self._work, args=(job,), name=step.card.key, daemon=True
        ).start()
        return job

    def _work(self, job: _Job) -> None:
        record = perform(job.step, self._context(job), self.world)
        if not job.over.is_set():
            self._inbox.put((job, record))

    def _collect(self, jobs: list[_Job]) -> None:
        """Take in one result, or give up on the jobs whose time has run out."""
        left = max(0.0, min(j.deadline for j in jobs) - time.monotonic())
        try:
            job, record = self._inbox.get(timeout=left)
        except queue.Empty:
            for late in [j for j in jobs if j.deadline <= time.monotonic()]:
                late.over.set()
                jobs.remove(late)
                self._finish(late.step, _too_late(late.step, self.world))
            return
        if job in jobs:
            jobs.remove(job)
            self._finish(job.step, record)

    def _finish(
        self,
        step: BoundStep,
        record: ResultRecord,
        kind: Literal["finished", "kept"] = "finished",
    ) -> None:
        self.store.add_result(self.run_id, record)
        self._outcomes[step.card.key] = record.outcome
        self._done += 1
        self.watch(StepEvent(kind, step, result=record, done=self._done, total=self._total))

    def _context(self, job: _Job) -> Context:
        world = self.world

        def say(text: str) -> None:
            if not job.over.is_set():
                self.watch(
                    StepEvent("said", job.step, text, done=self._done, total=self._total)
                )

        return Context(
            inventory=world.inventory,
            item=job.step.card.item,
            dns=world.dns,
            smtp=world.smtp,
            https=world.https,
            imap=world.imap,
            secret=world.secret,
            journal=self.store,
            clock=world.clock,
            say=say,
            wait=world.wait,
            fresh=self.fresh,
        )


def perform(step: BoundStep, context: Context, world: World) -> ResultRecord:
    """Run one step's command and check; whatever happens becomes findings."""
    started = world.clock()
    findings: list[Finding] = []
    before = time.monotonic()
    for finding in _findings(step, context):
        now = time.monotonic()
        findings.append(finding.stamped(world.clock(), int((now - before) * 1000)))
        before = now
    return ResultRecord(
        step=step.card.key,
        digest=step.card.digest,
        outcome=worst([f.outcome for f in findings]),
        started_at=started,
        ended_at=world.clock(),
        findings=tuple(findings),
    )


def _findings(step: BoundStep, context: Context) -> Iterator[Finding]:
    if step.command is not None:
        ran = _command(step)
        yield ran
        if ran.outcome is not Outcome.PASS:
            return
    if step.check is None:
        return
    name = step.check.check.id
    try:
        yield from step.check.check.run(context, step.check.params)
    except NetError as error:
        yield Finding(
            "COULD_NOT_LOOK",
            Outcome.UNKNOWN,
            error.where,
            args={"phase": error.phase, "text": error.text},
        )
    except MigrateMailError as error:
        yield Finding(
            "COULD_NOT_LOOK",
            Outcome.UNKNOWN,
            name,
            args={"phase": "", "text": error.message},
            fix=error.hint,
        )
    except Exception as error:  # noqa: BLE001 - one check must never end the run
        yield Finding(
            "CHECK_BROKEN",
            Outcome.UNKNOWN,
            name,
            args={"error": type(error).__name__, "place": _place(error)},
        )


def _place(error: Exception) -> str:
    """Say where it broke, without values: a value may be a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""


def _command(step: BoundStep) -> Finding:
    """Run the admin's own command. Its output is not kept: nobody knows what is in it."""
    command = list(step.command or ())
    limit = step.timeout.total_seconds()
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own command, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding(
            "COMMAND_TIMEOUT", Outcome.UNKNOWN, command[0], args={"seconds": int(limit)}
        )
    except OSError as error:
        return Finding(
            "COMMAND_NOT_RUN", Outcome.UNKNOWN, command[0], args={"text": error.strerror or ""}
        )
    outcome = Outcome.PASS if done.returncode == 0 else Outcome.FAIL
    return Finding("COMMAND_EXIT", outcome, command[0], args={"code": done.returncode})


def _too_late(step: BoundStep, world: World) -> ResultRecord:
    seconds = int(step.timeout.total_seconds())
    finding = Finding(
        "STEP_TIMEOUT", Outcome.UNKNOWN, step.card.title, args={"seconds": seconds}
    )
    now = world.clock()
    stamped = (finding.stamped(now, seconds * 1000),)
    return ResultRecord(
        step=step.card.key,
        digest=step.card.digest,
        outcome=Outcome.UNKNOWN,
        started_at=now - step.timeout,
        ended_at=now,
        findings=stamped,
    )


def _runnable(step: BoundStep) -> bool:
    return step.check is not None or step.command is not None


def _stages(steps: Sequence[BoundStep], phase: Phase) -> list[list[BoundStep]]:
    stages: dict[str, list[BoundStep]] = {}
    for step in steps:
        if step.card.phase is phase:
            stages.setdefault(step.card.stage, []).append(step)
    return list(stages.values())


def resumable(
    store: Store, plan: BoundPlan, command: str, world: World
) -> dict[str, ResultRecord]:
    """Return what the last run of a command passed, if it was cut short within the last hour.

    Only passes of the very same steps are kept; everything else is looked at again.
    """
    before = [r for r in store.runs() if r.command == command]
    if not before or before[-1].outcome not in {None, "interrupted"}:
        return {}
    last = before[-1]
    if world.clock() - last.started_at > _RESUME_WITHIN:
        return {}
    digests = {s.card.key: s.card.digest for s in plan.steps}
    found = [r for r in store.results(last.id) if digests.get(r.step) == r.digest]
    return {r.step: r for r in found if r.outcome is Outcome.PASS}
