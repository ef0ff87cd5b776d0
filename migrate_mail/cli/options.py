"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MigrationOption = Annotated[
    Path,
    typer.Option(
        "--migration",
        "-m",
        envvar="MIGRATE_MAIL_MIGRATION",
        help="The migration.yaml to work on.",
        show_default=True,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by", envvar="MIGRATE_MAIL_BY", help="Who does this (default: the login name)."
    ),
]
DEFAULT_MIGRATION = Path("migration.yaml")


def who(by: str | None) -> str:
    """Return the name to record: the one given, else the login name."""
    import getpass

    return by or getpass.getuser()
