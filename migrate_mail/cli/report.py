"""`migrate-mail report`: what people read and print, from the state file alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption


def report(
    migration: MigrationOption = DEFAULT_MIGRATION,
    style: Annotated[
        str, typer.Option("--format", "-f", help="text, json, markdown or html.")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of stdout."),
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="Only the first page, as text.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print the verdict, the reasons, every step with its owner and evidence, and the way back.

    Reads only the state file beside migration.yaml: works offline, at any time, while other
    commands run.

    Examples:
      migrate-mail report --short
      migrate-mail report --format markdown --output report.md
      migrate-mail report --format html --output report.html
    """
    from migrate_mail.cli.console import note, out
    from migrate_mail.errors import UserError
    from migrate_mail.finding import utc_now
    from migrate_mail.report.build import build
    from migrate_mail.report.registry import RENDERERS
    from migrate_mail.report.text import first_page_text
    from migrate_mail.state.store import STATE_NAME, Store

    name = "json" if json else style
    if name not in RENDERERS:
        raise UserError(
            f"--format: there is no `{name}`", hint=f"one of: {', '.join(RENDERERS)}"
        )
    if short and name != "text":
        raise UserError(f"--short is plain text, not {name}", hint="leave one of the two out")
    render = first_page_text if short else RENDERERS[name]
    with Store.read(migration.parent / STATE_NAME) as store:
        text = render(build(store, now=utc_now()))
    if output is None:
        out(text.rstrip("\n"))
        return
    output.write_text(text, encoding="utf-8")
    note(f"wrote {output}")
