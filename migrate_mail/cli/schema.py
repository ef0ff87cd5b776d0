"""`migrate-mail schema`: the JSON Schema of the files, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, assert_never

import typer

from migrate_mail.cli.console import out_json


class Kind(StrEnum):
    """The two kinds of file that an admin writes."""

    MIGRATION = "migration"
    CHECKLIST = "checklist"


def schema(
    kind: Annotated[Kind, typer.Argument(help="The kind of file.")],
    _json: Annotated[
        bool, typer.Option("--json", help="Taken for the sake of scripts; it is always JSON.")
    ] = False,
) -> None:
    """Print the JSON Schema (2020-12) of a kind of file.

    Save it beside the file and name it in the file's first line; the editor then completes keys.

    First line:
      # yaml-language-server: $schema=./checklist.schema.json

    Examples:
      migrate-mail schema checklist > checklist.schema.json
    """
    match kind:
        case Kind.MIGRATION:
            from migrate_mail.inventory.schema import inventory_schema

            out_json(inventory_schema())
        case Kind.CHECKLIST:
            from migrate_mail.checklist.schema import checklist_schema

            out_json(checklist_schema())
        case _:
            assert_never(kind)
