"""`migrate-mail addresses`: the inventory of addresses out of what an admin has, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Address
    from migrate_mail.inventory.sources import Found

_KINDS = ("postfix", "aliases", "ldif", "csv", "log")


def addresses(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Postfix maps, /etc/aliases, directory exports (LDIF, CSV), mail logs.",
        ),
    ],
    migration: MigrationOption = DEFAULT_MIGRATION,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help=f"What the files are: {', '.join(_KINDS)}. Default: guess."
        ),
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only what the inventory does not have.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Collect the addresses of your domains from files of the old system, as rows for addresses.csv.

    With the mail log of old and --missing it tells which addresses really received mail and are in
    no list: those that will bounce.

    Exit codes: 0 done, 1 with --missing there are some, 2 a file cannot be read.

    Examples:
      migrate-mail addresses /etc/postfix/virtual /etc/aliases > addresses.csv
      migrate-mail addresses --missing /var/log/mail.log
    """
    from migrate_mail.inventory.load import load_domains, load_inventory

    if kind is not None and kind not in _KINDS:
        raise UserError(
            f"--kind {kind}: there is no such kind", hint=f"say one of {', '.join(_KINDS)}"
        )
    found = [_read(path, kind, load_domains(migration)) for path in files]
    rows = list({a.address: a for one in found for a in one.addresses}.values())
    if missing:
        from migrate_mail.checks.listed import is_listed

        inventory = load_inventory(migration)
        rows = [a for a in rows if not is_listed(inventory, a.address)]
    for path, one in zip(files, found, strict=True):
        left = f", {one.passed_over} entries gave none" if one.passed_over else ""
        note(f"{path}: read as {one.kind}: {len(one.addresses)} addresses{left}")
    _show(rows, as_json=json)
    raise typer.Exit(ExitCode.NO_GO if missing and rows else ExitCode.GO)


def _read(path: Path, kind: str | None, domains: Sequence[str]) -> Found:
    from typing import cast

    from migrate_mail.inventory.sources import SourceKind, kind_of, read_addresses

    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    what = cast("SourceKind", kind) if kind else kind_of(path.name, text)
    return read_addresses(what, text, domains)


def _show(rows: Sequence[Address], *, as_json: bool) -> None:
    if as_json:
        told = [{"address": a.address, "kind": a.kind, "target": a.target} for a in rows]
        out_json({"schema": "migrate-mail/addresses/v1", "addresses": told})
        return
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("address", "kind", "target"))
    writer.writerows((a.address, a.kind, a.target) for a in rows)
    out(text.getvalue().rstrip("\n"))
