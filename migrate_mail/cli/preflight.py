"""`migrate-mail preflight`: what would bounce, break or be lost if we switched now."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate_mail.cli.completing import steps
from migrate_mail.cli.options import (
    DEFAULT_MIGRATION,
    ByOption,
    JsonOption,
    MigrationOption,
    who,
)

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="STEP", help="Run only this step (repeatable).", autocompletion=steps
    ),
]
FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="Look at everything again, also after an interrupted run."),
]
FailOnOption = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="WORD",
        help="Mildest verdict that is not exit 0: no-go, cannot-tell, conditional.",
    ),
]


def preflight(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: OnlyOption = None,
    fresh: FreshOption = False,
    fail_on: FailOnOption = "cannot-tell",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Look at both systems and DNS, and say GO or NO-GO with reasons.

    Changes nothing but the state file, except that test messages are sent to the canary
    account on new. Run it as often as you like.

    Examples:
      migrate-mail preflight
      migrate-mail preflight --only recipients
      migrate-mail preflight --json --fail-on conditional
    """
    from migrate_mail.cli.looking import look_and_show
    from migrate_mail.run.gate import BEFORE_SWITCH
    from migrate_mail.run.looking import Look

    look = Look(
        "preflight", who(by), BEFORE_SWITCH, BEFORE_SWITCH, frozenset(only or []), fresh
    )
    look_and_show(migration, look, as_json=json, fail_on=fail_on)
