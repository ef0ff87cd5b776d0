"""What the options of `migrate-mail sync` mean: who is synced, how fast, how much may be removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Account, Inventory
    from migrate_mail.run.world import World
    from migrate_mail.state.store import Store
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.most import Most
    from migrate_mail.sync.phase import SyncPhase


@dataclass(frozen=True, slots=True)
class SyncJob:
    """What one sync works on."""

    world: World
    doors: Doors
    accounts: Sequence[Account]
    jobs: int
    by: str
    rate: int | None = None
    phase: SyncPhase | None = None
    most_removed: Most | None = None
    probe: bool = False


def rate(text: str | None) -> int | None:
    """Return bytes a second; UserError for what is none."""
    from migrate_mail.files.rates import parse_rate

    try:
        return None if text is None else parse_rate(text)
    except ValueError as error:
        raise UserError(f"--limit-rate {text}: {error}") from None


def unfinished(accounts: list[Account], inventory: Inventory) -> list[Account]:
    """Return the accounts that are to be tried again; ends the command when there are none."""
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    path = state_path(inventory)
    if not path.exists():
        return accounts
    with Store.read(path) as store:
        well = {t.account for t in store.sync.totals() if t.last_state == "done"}
        failed = {f.account for f in store.sync.failures() if f.kind == "failed"}
    left = [a for a in accounts if a.address not in well or a.address in failed]
    if not left:
        note("nothing to try again: every account is complete, and no message failed")
        raise typer.Exit(ExitCode.GO)
    return left


def log_in_first(job: SyncJob, store: Store) -> dict[str, str]:
    """Log in to every account that was never synced, if there are several; name who cannot.

    Returns the accounts that are refused, with the reason: better known now than after a night.
    """
    from migrate_mail.report.words import count
    from migrate_mail.sync.logins import check_logins

    known = {t.account for t in store.sync.totals()}
    fresh = [a for a in job.accounts if a.address not in known]
    if len(fresh) < 2:
        return {}
    note(f"logging in to {count(len(fresh), 'new account')} first, on both sides")
    problems = check_logins(fresh, job.doors, jobs=job.jobs)
    for problem in problems:
        note(f"??  {problem.account} at {problem.side}: {problem.reason}")
    refused = {p.account: p.reason for p in problems if p.refused}
    if refused:
        note(
            f"{count(len(refused), 'account')} cannot be opened and are left out, the others are copied;"
            " mend that, then: migrate-mail sync --retry-failed"
        )
    return refused


def log_in(job: SyncJob, *, as_json: bool) -> ExitCode:
    """Say which accounts cannot be opened on which side."""
    from dataclasses import asdict

    from migrate_mail.sync.logins import check_logins

    problems = check_logins(job.accounts, job.doors, jobs=job.jobs)
    bad = len({p.account for p in problems})
    if as_json:
        told = [asdict(p) for p in problems]
        out_json(
            {
                "schema": "migrate-mail/logins/v1",
                "accounts": len(job.accounts),
                "problems": told,
            }
        )
    else:
        for problem in problems:
            out(f"??  {problem.account} at {problem.side}: {problem.reason}")
        out(
            f"{len(job.accounts) - bad} of {len(job.accounts)} accounts can be opened on both sides"
        )
    return ExitCode.CANNOT_TELL if problems else ExitCode.GO


def most(text: str | None, *, asked: bool) -> Most | None:
    """Return how many copies may be removed; None when nobody asked for any."""
    from migrate_mail.errors import UserError
    from migrate_mail.sync.most import DEFAULT_MOST, read_most

    if not asked and text is not None:
        raise UserError(
            "--max-delete says how many, but not that any may go", hint="add --delete"
        )
    if not asked:
        return None
    return read_most(text) if text is not None else DEFAULT_MOST
