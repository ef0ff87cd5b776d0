"""What `preflight` and `verify` share: run the steps of some phases, decide, say so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.opening import world_of
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.run.looking import Look
    from migrate_mail.run.verdict import Verdict

FAIL_ON = ("no-go", "cannot-tell", "conditional")


def look_and_show(migration: Path, look: Look, *, as_json: bool, fail_on: str) -> None:
    """Run what `look` says, print the verdict; ends with the verdict's exit code."""
    from migrate_mail.cli.live import StepBoard
    from migrate_mail.run.looking import look_and_decide
    from migrate_mail.run.project import open_project
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    if fail_on not in FAIL_ON:
        raise UserError(
            f"--fail-on: there is no `{fail_on}`", hint=f"one of: {', '.join(FAIL_ON)}"
        )
    project = open_project(migration)
    world = world_of(project.inventory)
    with (
        Store.open(state_path(project.inventory), command=look.command) as store,
        StepBoard(quiet=as_json) as board,
    ):
        verdict = look_and_decide(project.plan, world, store, look, watch=board)
    show(verdict, command=look.command, as_json=as_json)
    raise typer.Exit(exit_code(verdict, fail_on))


def show(verdict: Verdict, *, command: str, as_json: bool) -> None:
    """Print a verdict: the word, the reasons worst first, the next step."""
    from migrate_mail.report.verdict_text import verdict_text
    from migrate_mail.run.decision import verdict_data

    if as_json:
        out_json(
            {"schema": "migrate-mail/verdict/v1", "command": command, **verdict_data(verdict)}
        )
        return
    note()
    out(verdict_text(verdict))


def exit_code(verdict: Verdict, fail_on: str) -> ExitCode:
    """Return what a verdict says to the shell; `fail_on`: the mildest word that is not 0."""
    from migrate_mail.run.verdict import Word

    match verdict.word:
        case Word.GO:
            return ExitCode.GO
        case Word.CONDITIONAL:
            return ExitCode.NO_GO if fail_on == "conditional" else ExitCode.GO
        case Word.CANNOT_TELL:
            return ExitCode.GO if fail_on == "no-go" else ExitCode.CANNOT_TELL
        case Word.NO_GO:
            return ExitCode.NO_GO
