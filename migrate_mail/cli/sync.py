"""`migrate-mail sync`: copy the mailboxes from old to new, each message exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.opening import world_of
from migrate_mail.cli.options import (
    DEFAULT_MIGRATION,
    ByOption,
    JsonOption,
    MigrationOption,
    who,
)
from migrate_mail.cli.sync_choice import SyncJob, most, rate, unfinished
from migrate_mail.cli.sync_logins import log_in, log_in_first
from migrate_mail.cli.sync_options import (
    DeleteOption,
    DryRunOption,
    ExcludeOption,
    JobsOption,
    LoginsOption,
    MaxDeleteOption,
    OnlyOption,
    PhaseOption,
    ProbeOption,
    RateOption,
    RetryOption,
    TranscriptOption,
)
from migrate_mail.errors import ExitCode
from migrate_mail.sync.phase import SyncPhase

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Account
    from migrate_mail.state.store import Store
    from migrate_mail.sync.phase import Course
    from migrate_mail.sync.progress import AccountOutcome

STOPPING = "stopping at the next message; once more stops at once. Nothing is lost or doubled by either"


def sync(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: OnlyOption = None,
    exclude: ExcludeOption = None,
    jobs: JobsOption = None,
    limit_rate: RateOption = None,
    phase: PhaseOption = None,
    delete: DeleteOption = False,
    max_delete: MaxDeleteOption = None,
    retry_failed: RetryOption = False,
    check_logins: LoginsOption = False,
    dry_run: DryRunOption = False,
    probe: ProbeOption = False,
    transcript: TranscriptOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Copy every folder, message, flag and date from old to new, each message exactly once.

    Old is only read. Several new accounts are logged in to first: who is refused is left out.
    Run it as often as you like: it goes on where it was, by phases:

      stage  before the switch: new follows old, flags too
      final  the last delta, old made read-only: passes until old rests
      drain  after the switch: new only gains what still arrives at old
      back   for a rollback: old gains what arrived at new since the switch

    Exit codes: 0 all copied, 1 some messages failed, 3 an account could not be reached, or not
    now (the text says when to go on), 4 more would be removed than may be, 130 interrupted.

    Examples:
      migrate-mail sync --dry-run --probe
      migrate-mail sync --only 'anna@*' --limit-rate 2MB/s
      migrate-mail sync --phase final
    """
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.selection import select

    slowest, removed = rate(limit_rate), most(max_delete, asked=delete)
    inventory = load_inventory(migration)
    accounts = select(inventory.accounts, only or [], exclude or [])
    if retry_failed:
        accounts = unfinished(accounts, inventory)
    world = world_of(inventory, transcript)
    doors = Doors(inventory, world.imap, world.secret, world.renewed)
    together = min(jobs or doors.most, doors.most)
    job = SyncJob(world, doors, accounts, together, who(by), slowest, phase, removed, probe)
    act = log_in if check_logins else _preview if dry_run else _copy
    raise typer.Exit(act(job, as_json=json))


def _preview(job: SyncJob, *, as_json: bool) -> ExitCode:
    """Show what a sync would do."""
    from contextlib import ExitStack

    from migrate_mail.cli.sync_ahead import ahead_lines, look_ahead
    from migrate_mail.cli.sync_text import preview_data, preview_lines
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store
    from migrate_mail.sync.preview import Known, preview_all

    path = state_path(job.world.inventory)
    with ExitStack() as stack:
        store = stack.enter_context(Store.read(path)) if path.exists() else None
        course = _course(job, store)
        known = Known(store.sync if store else None, course)
        previews = preview_all(job.accounts, job.doors, known, jobs=job.jobs)
    ahead = look_ahead(job, previews)
    if as_json:
        out_json(preview_data(previews) | ahead, line=True)
    else:
        out("\n".join([*preview_lines(previews), *ahead_lines(ahead)]))
    unseen = any(a.problem or any(f.problem for f in a.folders) for a in previews)
    return ExitCode.CANNOT_TELL if unseen else ExitCode.GO


def _copy(job: SyncJob, *, as_json: bool) -> ExitCode:
    """Copy, with a display, until done or stopped; the run is recorded in every case."""
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    with Store.open(state_path(job.world.inventory), command="sync") as store:
        course = _course(job, store)
        run_id = store.begin_run(f"sync --phase {course.named}", "", job.by)
        word = "interrupted"
        try:
            outcomes = _copy_all(job, store, course, as_json=as_json)
            code, word = _judge(outcomes)
        finally:
            store.end_run(run_id, word)
        _show(outcomes, store, as_json=as_json)
    if code is ExitCode.INTERRUPTED:
        note("interrupted. Run the same command again to go on.")
    return code


def _course(job: SyncJob, store: Store | None) -> Course:
    """Return what this run may do to whom, and say so; UserError for a phase that does not fit."""
    from migrate_mail.sync.phase import NEVER, choose_course, reason, standings

    changes = store.dns_changes() if store else []
    domains = sorted({account.domain for account in job.accounts})
    course = choose_course(domains, changes, job.phase, job.most_removed)
    where = standings(changes)
    for domain in domains:
        note(
            f"phase {course.of(domain).value} for {domain}: {reason(where.get(domain, NEVER))}"
        )
    if SyncPhase.FINAL in course.phases.values():
        note("final: nobody should be able to change old any more; this says whether it rests")
    return course


def _copy_all(
    job: SyncJob, store: Store, course: Course, *, as_json: bool
) -> list[AccountOutcome]:
    """Copy the accounts side by side; the first Ctrl-C stops at a message boundary."""
    import threading
    import time

    from migrate_mail.cli.stopping import stop_on_signal
    from migrate_mail.cli.sync_board import SyncBoard

    barred = log_in_first(job, store)
    # The servers need their time as well: they have it while we load the rest.
    first = job.accounts[0]
    if first.address not in barred:
        _begin(job, store, first, back=course.of(first.domain) is SyncPhase.BACK)
    from migrate_mail.sync.desk import SyncKit
    from migrate_mail.sync.fleet import sync_all
    from migrate_mail.sync.meter import throttles_for

    stop = threading.Event()

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    with (
        stop_on_signal(stop, STOPPING),
        SyncBoard(len(job.accounts), as_json=as_json) as board,
    ):
        systems = job.world.inventory.spec.systems
        kit = SyncKit(
            job.doors,
            store.sync,
            job.world.clock,
            pause,
            stop,
            watch=board,
            course=course,
            throttles=throttles_for(systems, job.rate, now=time.monotonic, wait=pause),
            spare=threading.Semaphore(job.doors.left_over(min(job.jobs, len(job.accounts)))),
        )
        try:
            return sync_all(job.accounts, kit, jobs=job.jobs, barred=barred)
        finally:
            job.doors.abandon()


def _begin(job: SyncJob, store: Store, first: Account, *, back: bool) -> None:
    from migrate_mail.sync.remembered import asked_ahead

    ahead = (None, None) if back else asked_ahead(store.sync, first.address)
    job.doors.begin(first, back=back, ahead=ahead)


def _judge(outcomes: Sequence[AccountOutcome]) -> tuple[ExitCode, str]:
    """Return the exit code of a sync and the word for its record."""
    states = {outcome.state for outcome in outcomes}
    for state, code in (
        ("stopped", ExitCode.INTERRUPTED),
        ("failed", ExitCode.CANNOT_TELL),
        ("paused", ExitCode.CANNOT_TELL),
        ("refused", ExitCode.REFUSED),
        ("incomplete", ExitCode.NO_GO),
    ):
        if state in states:
            return code, "interrupted" if state == "stopped" else state
    return ExitCode.GO, "done"


def _show(outcomes: Sequence[AccountOutcome], store: Store, *, as_json: bool) -> None:
    """Print how each account ended, and what failed, by name."""
    from migrate_mail.cli.sync_text import outcome_data, summary_lines

    failures = store.sync.failures()
    if as_json:
        out_json(outcome_data(outcomes, failures), line=True)
    else:
        out("\n".join(summary_lines(outcomes, failures)))
