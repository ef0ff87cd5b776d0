"""`migrate-mail state`: prove that the history was not changed, take it out, copy it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption

if TYPE_CHECKING:
    from migrate_mail.state.store import Store

_SHORTEST = 8
"""Signs of a head: fewer would be found by chance."""


class Action(StrEnum):
    """What to do with the state file."""

    VERIFY = "verify"
    EXPORT = "export"
    BACKUP = "backup"


def state(
    action: Annotated[Action, typer.Argument(help="verify, export or backup.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the export or the copy."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option("--head", help="With verify: the history that a printed report names."),
    ] = None,
    migration: MigrationOption = DEFAULT_MIGRATION,
    json: JsonOption = False,
) -> None:
    """Verify the state file's history, export it as JSON, or make a copy of the file.

    Every row of the history is linked to the one before by a hash: what was changed or taken out
    afterwards shows. A report prints the last link; with --head it is looked for, so that the report
    on paper and the file prove each other. All three work while another command is running.

    Exit codes of verify: 0 the history is whole, 1 it is not.

    Examples:
      migrate-mail state verify
      migrate-mail state verify --head 3f2a9c11d0be77a4
      migrate-mail state export --output history.json
      migrate-mail state backup --output before-the-switch.state
    """
    from migrate_mail.state.store import STATE_NAME, Store

    with Store.read(migration.parent / STATE_NAME) as store:
        if action is Action.VERIFY:
            _verify(store, head, as_json=json)
        elif action is Action.EXPORT:
            _export(store, output)
        else:
            _backup(store, output)


def _verify(store: Store, head: str | None, *, as_json: bool) -> None:
    from migrate_mail.errors import ExitCode, UserError

    if head is not None and len(head) < _SHORTEST:
        raise UserError(f"--head {head}: too short to be sure", hint=f"at least {_SHORTEST} signs of it")  # fmt: skip
    found = store.chain()
    faults = list(found.faults)
    if head is not None and not store.has_link(head):
        faults.append(f"no link begins with {head}: the report was made from another history, or this one was cut off")  # fmt: skip
    if as_json:
        out_json({"schema": "migrate-mail/state/v1", "whole": not faults, "links": found.length,
                  "head": found.head, "faults": faults})  # fmt: skip
    elif faults:
        out(f"NOT WHOLE: {len(faults)} of the history is not as it was written")
        out("\n".join(f"  {fault}" for fault in faults))
    else:
        out(f"whole: {found.length} rows, head {found.head}")
    raise typer.Exit(ExitCode.NO_GO if faults else ExitCode.GO)


def _export(store: Store, output: Path | None) -> None:
    import json

    text = json.dumps({"schema": "migrate-mail/history/v1", "tables": store.history()}, ensure_ascii=False, indent=1)  # fmt: skip
    if output is None:
        out(text)
        return
    _free(output)
    output.write_text(text + "\n", encoding="utf-8")
    note(f"wrote {output}")


def _backup(store: Store, output: Path | None) -> None:
    from migrate_mail.errors import UserError

    if output is None:
        raise UserError("backup wants --output FILE", hint="such as --output before-the-switch.state")  # fmt: skip
    _free(output)
    store.copy_to(output)
    note(f"wrote {output}")


def _free(path: Path) -> None:
    from migrate_mail.errors import Refused

    if path.exists():
        raise Refused(
            f"{path} is there already", hint="choose another name; nothing was written"
        )
