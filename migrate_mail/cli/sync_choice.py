"""What the options of `migrate-mail sync` mean: who is synced, how fast, how much may be removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from migrate_mail.cli.console import note
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Account, Inventory
    from migrate_mail.run.world import World
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
