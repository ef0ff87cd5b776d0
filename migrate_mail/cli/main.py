"""The command line: every command, in the order of a migration.

Nothing but typer and the command that is called is imported: a sync with nothing to do, and
`--help`, must feel instant.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Annotated, Any

import typer

from migrate_mail import __version__
from migrate_mail.cli.guard import guarded
from migrate_mail.cli.help_text import Grouped, help_text

WAY = "The way of a migration"
PEOPLE = "What people say"
TIME = "Time"
FILES = "Files and checks"
START = "To start with"

COMMANDS = {
    "demo": (START, "demo"),
    "init": (START, "init"),
    "addresses": (FILES, "addresses"),
    "validate": (FILES, "validate"),
    "schema": (FILES, "schema"),
    "checks": (FILES, "checks"),
    "explain": (FILES, "checks"),
    "records": (FILES, "records"),
    "state": (FILES, "state"),
    "status": (TIME, "status"),
    "observe": (TIME, "clock"),
    "schedule": (TIME, "clock"),
    "preflight": (WAY, "preflight"),
    "sync": (WAY, "sync"),
    "ledger": (WAY, "ledger"),
    "cutover": (WAY, "cutover"),
    "verify": (WAY, "verify"),
    "report": (WAY, "report"),
    "rollback": (WAY, "rollback"),
    "confirm": (PEOPLE, "confirm"),
    "waive": (PEOPLE, "waive"),
}
"""The heading under which the help tells of a command, and the module that has it."""

EPILOG = """Each command has its own help, with examples: migrate-mail COMMAND --help

Exit codes: 0 GO or done, 1 NO-GO, 2 usage or an invalid file, 3 cannot tell, 4 refused as unsafe,
70 a bug, 130 interrupted."""


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command line with some of its commands, by default with all."""
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
    app.callback()(root)
    for name in names:
        heading, module = COMMANDS[name]
        command: Callable[..., Any] = getattr(import_module(f"migrate_mail.cli.{module}"), name)
        app.command(help=help_text(command), rich_help_panel=heading)(guarded(command))
    return app


def _version(value: bool) -> None:
    if value:
        typer.echo(f"migrate-mail {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take a whole mail-server migration from the first check to the proof, and know the way back."""


def main() -> None:
    """Run the command line."""
    called = sys.argv[1:2]
    app = application(called if called and called[0] in COMMANDS else COMMANDS)
    try:
        app(prog_name="migrate-mail")
    finally:
        gc.freeze()  # the interpreter's end would look through all that it is about to drop
