"""`migrate-mail report`: what people read and print, from the state file alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption

if TYPE_CHECKING:
    from migrate_mail.report.model import Report

_PDF = "pdf"


def report(
    migration: MigrationOption = DEFAULT_MIGRATION,
    style: Annotated[
        str, typer.Option("--format", "-f", help="text, json, markdown, html, junit or pdf.")
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
      migrate-mail report --format pdf --output report.pdf
    """
    from migrate_mail.cli.console import note
    from migrate_mail.finding import utc_now
    from migrate_mail.report.build import build
    from migrate_mail.state.store import STATE_NAME, Store

    name = "json" if json else style
    _check(name, output, short=short)
    with Store.read(migration.parent / STATE_NAME) as store:
        told = build(store, now=utc_now())
    made = _made(told, name, short=short)
    if output is None:
        _print(made)
        return
    output.write_bytes(made)
    note(f"wrote {output}")


def _check(name: str, output: Path | None, *, short: bool) -> None:
    """Refuse options that do not go together, before anything is read."""
    from migrate_mail.errors import UserError
    from migrate_mail.report.registry import RENDERERS

    if name not in {*RENDERERS, _PDF}:
        raise UserError(
            f"--format: there is no `{name}`", hint=f"one of: {', '.join([*RENDERERS, _PDF])}"
        )
    if short and name != "text":
        raise UserError(f"--short is plain text, not {name}", hint="leave one of the two out")
    if name == _PDF and output is None:
        raise UserError("a PDF is not for a terminal", hint="add --output report.pdf")


def _made(told: Report, name: str, *, short: bool) -> bytes:
    """Return the report in a format, as it goes into a file."""
    from migrate_mail.report.registry import RENDERERS
    from migrate_mail.report.text import first_page_text

    if name == _PDF:
        from migrate_mail.report.pdf import pdf

        return pdf(told)
    render = first_page_text if short else RENDERERS[name]
    return render(told).encode()


def _print(made: bytes) -> None:
    from migrate_mail.cli.console import out

    out(made.decode().rstrip("\n"))
