"""`migrate-mail waive STEP`: a person takes responsibility for a step that does not pass."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate_mail.cli.completing import waivable_steps
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption


def waive(
    step: Annotated[
        str,
        typer.Argument(
            help="One step instance: step or step[item]; no wildcards.",
            autocompletion=waivable_steps,
        ),
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who takes responsibility.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may stay as it is.")],
    until: Annotated[
        str,
        typer.Option(
            "--until",
            help="When the waiver ends: 2026-03-14T06:00+01:00, or a span such as 12h.",
        ),
    ],
    migration: MigrationOption = DEFAULT_MIGRATION,
    json: JsonOption = False,
) -> None:
    r"""Waive one step until a moment. The verdict becomes CONDITIONAL and says so on page one.

    Examples:
      migrate-mail waive 'parity[archive@example.org]' --by "Anna Bauer" \
          --reason "40 GB archive moves next week" --until 7d
    """
    from migrate_mail.cli.console import out, out_json
    from migrate_mail.run.people import parse_until, waive_step
    from migrate_mail.run.project import open_project
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    project = open_project(migration)
    moment = parse_until(until)
    with Store.open_beside(state_path(project.inventory), command="waive") as store:
        done = waive_step(store, project.plan.card, step, by=by, reason=reason, until=moment)
    if json:
        out_json(
            {
                "step": done.step,
                "by": done.by,
                "reason": done.reason,
                "until": done.until.isoformat(),
            }
        )
        return
    out(f"waived: {done.step} by {done.by} until {done.until:%Y-%m-%d %H:%M %Z}")
