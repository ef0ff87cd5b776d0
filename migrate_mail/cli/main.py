"""The command line: every command, in the order of a migration.

Nothing but typer is imported before a command runs: `--help` must feel instant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from migrate_mail import __version__
from migrate_mail.cli.addresses import addresses
from migrate_mail.cli.checks import checks, explain
from migrate_mail.cli.clock import observe, schedule
from migrate_mail.cli.confirm import confirm
from migrate_mail.cli.cutover import cutover
from migrate_mail.cli.demo import demo
from migrate_mail.cli.guard import guarded
from migrate_mail.cli.help_text import Grouped, help_text
from migrate_mail.cli.init import init
from migrate_mail.cli.ledger import ledger
from migrate_mail.cli.preflight import preflight
from migrate_mail.cli.records import records
from migrate_mail.cli.report import report
from migrate_mail.cli.rollback import rollback
from migrate_mail.cli.schema import schema
from migrate_mail.cli.state import state
from migrate_mail.cli.status import status
from migrate_mail.cli.sync import sync
from migrate_mail.cli.validate import validate
from migrate_mail.cli.verify import verify
from migrate_mail.cli.waive import waive

WAY = "The way of a migration"
PEOPLE = "What people say"
TIME = "Time"
FILES = "Files and checks"
START = "To start with"

COMMANDS: list[tuple[str, Callable[..., Any]]] = [
    (START, demo),
    (START, init),
    (FILES, addresses),
    (FILES, validate),
    (FILES, schema),
    (FILES, checks),
    (FILES, explain),
    (FILES, records),
    (FILES, state),
    (TIME, status),
    (TIME, observe),
    (TIME, schedule),
    (WAY, preflight),
    (WAY, sync),
    (WAY, ledger),
    (WAY, cutover),
    (WAY, verify),
    (WAY, report),
    (WAY, rollback),
    (PEOPLE, confirm),
    (PEOPLE, waive),
]

EPILOG = """Each command has its own help, with examples: migrate-mail COMMAND --help

Exit codes: 0 GO or done, 1 NO-GO, 2 usage or an invalid file, 3 cannot tell, 4 refused as unsafe,
70 a bug, 130 interrupted."""

app = typer.Typer(
    name="migrate-mail",
    help="Take a whole mail-server migration from the first check to the proof, and know the way back.",
    epilog=EPILOG,
    cls=Grouped,
    no_args_is_help=True,
    rich_markup_mode=None,  # boxes cannot be piped, and markup would eat `step[item]`
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _panel, _command in COMMANDS:
    app.command(help=help_text(_command), rich_help_panel=_panel)(guarded(_command))


def _version(value: bool) -> None:
    if value:
        typer.echo(f"migrate-mail {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take a whole mail-server migration from the first check to the proof, and know the way back."""


def main() -> None:
    """Run the command line."""
    app(prog_name="migrate-mail")
