"""`migrate-mail validate`: tell whether the files are right, without asking anybody outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.console import out, out_json
from migrate_mail.cli.options import JsonOption

if TYPE_CHECKING:
    from migrate_mail.files.complaint import Complaint
    from migrate_mail.files.yaml_document import YamlDocument


def validate(
    files: Annotated[
        list[Path], typer.Argument(help="migration.yaml and checklist files, in any order.")
    ],
    json: JsonOption = False,
) -> None:
    """Check migration and checklist files, offline; every mistake is shown with its place.

    The CSV files and checklists that a migration.yaml names are checked with it. Exit code 0 when
    all is well, 2 when not.

    Examples:
      migrate-mail validate migration.yaml
      migrate-mail validate checklists/*.yaml
    """
    from migrate_mail.files.complaint import InvalidFiles
    from migrate_mail.files.kinds import CHECKLIST, MIGRATION, validate_files

    found = validate_files(files, {MIGRATION: _migration, CHECKLIST: _checklist})
    if json:
        _as_json(found)
    elif found:
        raise InvalidFiles(found)
    else:
        out("1 file is valid" if len(files) == 1 else f"{len(files)} files are valid")


def _as_json(found: list[Complaint]) -> None:
    from migrate_mail.errors import ExitCode
    from migrate_mail.files.complaint import InvalidFiles

    out_json(
        {"valid": not found, "complaints": [_plain(c) for c in InvalidFiles(found).complaints]}
    )
    raise typer.Exit(ExitCode.USAGE if found else ExitCode.GO)


def _plain(complaint: Complaint) -> dict[str, Any]:
    keys = ("file", "line", "column", "code", "message", "hint")
    return {key: getattr(complaint, key) for key in keys}


def _migration(path: Path, document: YamlDocument) -> list[Complaint]:
    """Check a migration.yaml with all that it names."""
    from migrate_mail.checklist.load import load_checklist
    from migrate_mail.files.complaint import InvalidFiles
    from migrate_mail.inventory.load import inventory_of
    from migrate_mail.run.bind import bind, binding_complaints

    inventory = inventory_of(path, document)
    complaints: list[Complaint] = []
    loaded = []
    for index, name in enumerate(inventory.spec.checklists):
        try:
            loaded.append(load_checklist(name, inventory.base, binding_complaints))
        except InvalidFiles as error:
            complaints += [_in_list(document, index, c) for c in error.complaints]
    if not complaints:
        bind(loaded, inventory)
    return complaints


def _in_list(document: YamlDocument, index: int, complaint: Complaint) -> Complaint:
    """Point at the line of migration.yaml when what it names is not there at all."""
    if complaint.code != "missing-file":
        return complaint
    message = f"`{complaint.file}`: {complaint.message}"
    return document.complaint(("checklists", index), complaint.code, message, complaint.hint)


def _checklist(_path: Path, document: YamlDocument) -> list[Complaint]:
    """Check a checklist file and the parameters of the checks that it uses."""
    from migrate_mail.checklist.load import checklist_of
    from migrate_mail.run.bind import binding_complaints

    checklist_of(document, binding_complaints)
    return []
