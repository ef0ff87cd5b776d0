"""`migrate-mail confirm STEP...`: a person says that manual steps are done."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate_mail.cli.completing import manual_steps
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption


def confirm(
    steps: Annotated[
        list[str],
        typer.Argument(
            help="Steps, or single instances: step[item].", autocompletion=manual_steps
        ),
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who vouches for it.")],
    note: Annotated[str, typer.Option("--note", help="What the step asks to note.")] = "",
    migration: MigrationOption = DEFAULT_MIGRATION,
    json: JsonOption = False,
) -> None:
    """Record that manual steps are done, and by whom.

    Examples:
      migrate-mail confirm announced --by "Anna Bauer" --note "mail, 9 March"
      migrate-mail confirm 'old-relays[example.org]' --by anna
      migrate-mail confirm announced old-relays --by anna --note "2 March"
    """
    from migrate_mail.cli.console import out, out_json
    from migrate_mail.run.people import confirm_steps
    from migrate_mail.run.project import open_project
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    project = open_project(migration)
    with Store.open_beside(state_path(project.inventory), command="confirm") as store:
        done = confirm_steps(store, project.plan.card, steps, by=by, note=note)
    if json:
        out_json(
            [{"step": c.step, "by": c.by, "note": c.note, "at": c.at.isoformat()} for c in done]
        )
        return
    for one in done:
        out(f"confirmed: {one.step} by {one.by}")
