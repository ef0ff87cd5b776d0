"""`migrate-mail status`: where we are, what is overdue, what is next, and who owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from migrate_mail.cli.console import out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.report.model import StepLine


def status(migration: MigrationOption = DEFAULT_MIGRATION, json: JsonOption = False) -> None:
    """Show in one screen where the migration is: the verdict, what is overdue, what comes next, whose it is.

    Reads only the state file, as the last run of preflight or verify left it.

    Exit codes: 0 nothing is overdue, 1 something is (made for cron).

    Examples:
      migrate-mail status
      migrate-mail status --json
    """
    from migrate_mail.finding import utc_now
    from migrate_mail.report.build import build
    from migrate_mail.report.status import lines
    from migrate_mail.report.status import status as status_of
    from migrate_mail.state.store import STATE_NAME, Store

    with Store.read(migration.parent / STATE_NAME) as store:
        found = status_of(build(store, now=utc_now()))
    if json:
        told = {"schema": "migrate-mail/status/v1", "verdict": found.report.verdict,
                "overdue": [_data(s) for s in found.overdue], "next": [_data(s) for s in found.next]}  # fmt: skip
        out_json(told)
    else:
        out("\n".join(lines(found)))
    raise typer.Exit(ExitCode.NO_GO if found.overdue else ExitCode.GO)


def _data(step: StepLine) -> dict[str, Any]:
    return {
        "step": step.key, "title": step.title, "standing": step.standing, "owner": step.owner,
        "due": step.due.isoformat() if step.due else None,
    }  # fmt: skip
