"""Logging in to many accounts before a sync: who cannot, on which side, and whose fault it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrate_mail.cli.bar import Bar
from migrate_mail.cli.console import note, out, out_json
from migrate_mail.errors import ExitCode
from migrate_mail.report.words import count

if TYPE_CHECKING:
    from migrate_mail.cli.sync_choice import SyncJob
    from migrate_mail.inventory.model import Account
    from migrate_mail.state.store import Store
    from migrate_mail.sync.logins import LoginProblem

_LINE_EVERY = 10.0
"""Seconds between lines in a pipe."""


def log_in(job: SyncJob, *, as_json: bool) -> ExitCode:
    """Say which accounts cannot be opened on which side."""
    from dataclasses import asdict

    problems = _looked(job, job.accounts)
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


def log_in_first(job: SyncJob, store: Store) -> dict[str, str]:
    """Log in to every account that was never synced, if there are several; name who cannot.

    Returns the accounts that are refused, with the reason: better known now than after a night.
    """
    known = store.sync.accounts()
    fresh = [a for a in job.accounts if a.address not in known]
    if len(fresh) < 2:
        return {}
    note(f"logging in to {count(len(fresh), 'new account')} first, on both sides")
    problems = _looked(job, fresh)
    for problem in problems:
        note(f"??  {problem.account} at {problem.side}: {problem.reason}")
    refused = {p.account: p.reason for p in problems if p.refused}
    if refused:
        note(
            f"{count(len(refused), 'account')} cannot be opened, so the sync goes on without;"
            " mend that, then: migrate-mail sync --retry-failed"
        )
    return refused


def _looked(job: SyncJob, accounts: Sequence[Account]) -> list[LoginProblem]:
    """Log in to accounts, and show how far that is."""
    from migrate_mail.sync.logins import check_logins

    bar, lock = Bar(), threading.Lock()
    began = told = time.monotonic()
    done = 0

    def seen(account: Account) -> None:
        nonlocal done, told
        with lock:
            done, now = done + 1, time.monotonic()
            left = (len(accounts) - done) * (now - began) / done
            text = f"{done}/{len(accounts)} accounts logged in to, about {left:.0f} s left"
            bar.update(done, len(accounts), f"{text}, {account.address}")
            if not bar.drawn and now - told >= _LINE_EVERY:
                told = now
                note(text)

    bar.start()
    try:
        return check_logins(accounts, job.doors, jobs=job.jobs, seen=seen)
    finally:
        bar.stop()
