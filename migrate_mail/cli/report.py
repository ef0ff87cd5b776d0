"""`migrate-mail report`: what people read and print, from the state file alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.completing import runs
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption

if TYPE_CHECKING:
    from migrate_mail.report.model import Report

_PDF = "pdf"


StyleOption = Annotated[
    str, typer.Option("--format", "-f", help="text, json, markdown, html, junit or pdf.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write to this file instead of stdout."),
]
ShortOption = Annotated[bool, typer.Option("--short", help="Only the first page, as text.")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="RUN",
        autocompletion=runs,
        help="Tell what got better and worse since a run: its number, or last.",
    ),
]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Write the file again whenever the state changes.")
]


def report(
    migration: MigrationOption = DEFAULT_MIGRATION,
    style: StyleOption = "text",
    output: OutputOption = None,
    short: ShortOption = False,
    since: SinceOption = None,
    watch: WatchOption = False,
    json: JsonOption = False,
) -> None:
    """Print the verdict, the reasons, every step with its owner and evidence, and the way back.

    Reads only the state file beside migration.yaml: works offline, at any time, while other
    commands run. With --watch it goes on until Ctrl-C, and a page in a browser shows each change.

    Examples:
      migrate-mail report --short
      migrate-mail report --since last
      migrate-mail report --format markdown --output report.md
      migrate-mail report --format html --output report.html
      migrate-mail report --format pdf --output report.pdf
      migrate-mail report --format html --output board.html --watch
    """
    from migrate_mail.cli.console import note
    from migrate_mail.finding import utc_now
    from migrate_mail.report.build import build
    from migrate_mail.state.store import STATE_NAME, Store

    name = "json" if json else style
    _check(name, output, short=short, watch=watch)
    state = migration.parent / STATE_NAME

    def make() -> bytes:
        with Store.read(state) as store:
            told = build(store, now=utc_now(), since=since)
        return _made(told, name, short=short, live=watch)

    if output is None:
        _print(make())
    elif watch:
        from migrate_mail.cli.watching import keep_writing

        keep_writing(state, output, make)
    else:
        output.write_bytes(make())
        note(f"wrote {output}")


def _check(name: str, output: Path | None, *, short: bool, watch: bool) -> None:
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
    if watch and output is None:
        raise UserError("--watch writes a file again and again", hint="add --output FILE")


def _made(told: Report, name: str, *, short: bool, live: bool) -> bytes:
    """Return the report in a format, as it goes into a file. live: a page that loads itself again."""
    from migrate_mail.report.html import html
    from migrate_mail.report.registry import RENDERERS
    from migrate_mail.report.text import first_page_text

    if name == _PDF:
        from migrate_mail.report.pdf import pdf

        return pdf(told)
    if name == "html" and live:
        return html(told, live=True).encode()
    render = first_page_text if short else RENDERERS[name]
    return render(told).encode()


def _print(made: bytes) -> None:
    from migrate_mail.cli.console import out

    out(made.decode().rstrip("\n"))
