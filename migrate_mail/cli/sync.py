"""`migrate-mail sync`: copy the mailboxes from old to new, each message exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

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
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Account
    from migrate_mail.run.world import World
    from migrate_mail.state.store import Store
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.progress import AccountOutcome

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="GLOB", help="Only accounts whose address matches (repeatable)."
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="GLOB", help="Leave out accounts that match (repeatable)."
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        help="Accounts at a time (default and most: the connections in migration.yaml).",
    ),
]
RateOption = Annotated[
    str | None,
    typer.Option(
        "--limit-rate",
        metavar="RATE",
        help="At most so many bytes a second, such as 2MB/s (see `limits` in migration.yaml, too).",
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show folders and counts; change nothing.")
]
STOPPING = "stopping at the next message; once more stops at once. Nothing is lost or doubled by either"


def sync(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: OnlyOption = None,
    exclude: ExcludeOption = None,
    jobs: JobsOption = None,
    limit_rate: RateOption = None,
    dry_run: DryRunOption = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Copy every folder, message, flag and date from old to new, each message exactly once.

    Old is only read. Run it as often as you like, also after an interruption: it goes on where
    it was. Before the switch new follows old; after it, new only gains what still arrives at
    old. Nothing is ever deleted.

    Exit codes: 0 all copied, 1 some messages failed (listed by name), 3 an account could not be
    reached, or its server lets it go on only later (the text says when; the same command goes on
    then), 130 interrupted.

    Examples:
      migrate-mail sync --dry-run
      migrate-mail sync --only 'anna@*' --jobs 2
      migrate-mail sync --limit-rate 2MB/s
    """
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.sync.fleet import most_jobs
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.selection import select

    most = _rate(limit_rate)
    inventory = load_inventory(migration)
    accounts = select(inventory.accounts, only or [], exclude or [])
    world = world_of(inventory)
    doors = Doors(inventory, world.imap, world.secret, world.renewed)
    side_by_side = min(jobs or most_jobs(inventory), most_jobs(inventory))
    if dry_run:
        code = _preview(world, doors, accounts, side_by_side, as_json=json)
    else:
        job = _Job(world, doors, accounts, side_by_side, who(by), most)
        code = _copy(job, as_json=json)
    raise typer.Exit(code)


def _preview(
    world: World, doors: Doors, accounts: Sequence[Account], jobs: int, *, as_json: bool
) -> ExitCode:
    """Show what a sync would do."""
    from contextlib import ExitStack

    from migrate_mail.cli.sync_text import preview_data, preview_lines
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store
    from migrate_mail.sync.preview import preview_all

    path = state_path(world.inventory)
    with ExitStack() as stack:
        store = stack.enter_context(Store.read(path)) if path.exists() else None
        previews = preview_all(accounts, doors, store.sync if store else None, jobs=jobs)
    if as_json:
        out_json(preview_data(previews), line=True)
    else:
        out("\n".join(preview_lines(previews)))
    unseen = any(a.problem or any(f.problem for f in a.folders) for a in previews)
    return ExitCode.CANNOT_TELL if unseen else ExitCode.GO


@dataclass(frozen=True, slots=True)
class _Job:
    """What one sync works on."""

    world: World
    doors: Doors
    accounts: Sequence[Account]
    jobs: int
    by: str
    most: int | None = None


def _rate(text: str | None) -> int | None:
    """Return bytes a second; UserError for what is none."""
    from migrate_mail.files.rates import parse_rate

    try:
        return None if text is None else parse_rate(text)
    except ValueError as error:
        raise UserError(f"--limit-rate {text}: {error}") from None


def _copy(job: _Job, *, as_json: bool) -> ExitCode:
    """Copy, with a display, until done or stopped; the run is recorded in every case."""
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    with Store.open(state_path(job.world.inventory), command="sync") as store:
        run_id = store.begin_run("sync", "", job.by)
        word = "interrupted"
        try:
            outcomes = _copy_all(job, store, as_json=as_json)
            code, word = _judge(outcomes)
        finally:
            store.end_run(run_id, word)
        _show(outcomes, store, as_json=as_json)
    if code is ExitCode.INTERRUPTED:
        note("interrupted. Run the same command again to go on.")
    return code


def _copy_all(job: _Job, store: Store, *, as_json: bool) -> list[AccountOutcome]:
    """Copy the accounts side by side; the first Ctrl-C stops at a message boundary."""
    import threading
    import time

    from migrate_mail.cli.stopping import stop_on_signal
    from migrate_mail.cli.sync_board import SyncBoard
    from migrate_mail.sync.desk import SyncKit
    from migrate_mail.sync.fleet import sync_all
    from migrate_mail.sync.meter import throttles_for
    from migrate_mail.sync.phase import switched_domains

    stop = threading.Event()

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    with (
        stop_on_signal(stop, STOPPING),
        SyncBoard(len(job.accounts), as_json=as_json) as board,
    ):
        switched = switched_domains(store.dns_changes())
        systems = job.world.inventory.spec.systems
        throttles = throttles_for(systems, job.most, now=time.monotonic, wait=pause)
        kit = SyncKit(
            job.doors,
            store.sync,
            job.world.clock,
            pause,
            stop,
            watch=board,
            switched=switched,
            throttles=throttles,
        )
        return sync_all(job.accounts, kit, jobs=job.jobs)


def _judge(outcomes: Sequence[AccountOutcome]) -> tuple[ExitCode, str]:
    """Return the exit code of a sync and the word for its record."""
    states = {outcome.state for outcome in outcomes}
    for state, code in (
        ("stopped", ExitCode.INTERRUPTED),
        ("failed", ExitCode.CANNOT_TELL),
        ("paused", ExitCode.CANNOT_TELL),
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
