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

FORMATS = ("text", "json", "junit", "sarif", "github")


def validate(
    files: Annotated[
        list[Path],
        typer.Argument(help="migration.yaml, checklist files, or folders that hold some."),
    ],
    format_: Annotated[
        str, typer.Option("--format", help=f"How to tell: {', '.join(FORMATS)}.")
    ] = "text",
    json: JsonOption = False,
) -> None:
    """Check migration and checklist files, offline; every mistake is shown with its place.

    The CSV files and checklists that a migration.yaml names are checked with it. Of a folder every
    YAML file that says `schema: migrate-mail/...` is. Exit code 0 when all is well, 2 when not.

    Examples:
      migrate-mail validate migration.yaml
      migrate-mail validate checklists/*.yaml
      migrate-mail validate --format sarif . > migrate-mail.sarif
    """
    from migrate_mail.errors import UserError
    from migrate_mail.files.complaint import InvalidFiles
    from migrate_mail.files.kinds import CHECKLIST, MIGRATION, validate_files

    if format_ not in FORMATS:
        hint = f"say one of {', '.join(FORMATS)}"
        raise UserError(f"--format {format_}: there is no such format", hint=hint)
    files = [path for given in files for path in _files_in(given)]
    found = validate_files(files, {MIGRATION: _migration, CHECKLIST: _checklist})
    if json or format_ == "json":
        _as_json(found)
    elif format_ != "text":
        _for_machines(format_, files, found)
    elif found:
        raise InvalidFiles(found)
    else:
        out("1 file is valid" if len(files) == 1 else f"{len(files)} files are valid")


def _files_in(given: Path) -> list[Path]:
    """Return a file as it is; of a folder, every YAML file of ours below it; UserError when there is none."""
    from migrate_mail.errors import UserError

    if not given.is_dir():
        return [given]
    found = sorted(p for p in given.rglob("*") if p.suffix.lower() in {".yaml", ".yml"})
    mine = [p for p in found if _is_ours(p)]
    if not mine:
        hint = "a file of ours has a line `schema: migrate-mail/...`"
        raise UserError(f"no file in {given} is one of migrate-mail", hint=hint)
    return mine


def _is_ours(path: Path) -> bool:
    try:
        text = path.read_bytes()
    except OSError:
        return True  # let the reader say what is wrong with it
    return any(
        line.startswith(b"schema:") and b"migrate-mail/" in line for line in text.splitlines()
    )


def _for_machines(format_: str, files: list[Path], found: list[Complaint]) -> None:
    from migrate_mail import __version__
    from migrate_mail.errors import ExitCode
    from migrate_mail.files import formats
    from migrate_mail.files.complaint import InvalidFiles
    from migrate_mail.files.source import label_of

    sorted_ = InvalidFiles(found).complaints
    if format_ == "junit":
        text = formats.junit([label_of(path) for path in files], sorted_)
    elif format_ == "sarif":
        text = formats.sarif(sorted_, __version__)
    else:
        text = formats.github(sorted_)
    if text:
        out(text.rstrip("\n"))
    raise typer.Exit(ExitCode.USAGE if found else ExitCode.GO)


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
    from migrate_mail.run.lint import plan_complaints

    inventory = inventory_of(path, document)
    complaints: list[Complaint] = []
    loaded = []
    for index, name in enumerate(inventory.spec.checklists):
        try:
            loaded.append(load_checklist(name, inventory.base, binding_complaints))
        except InvalidFiles as error:
            complaints += [_in_list(document, index, c) for c in error.complaints]
    if complaints:
        return complaints
    bind(loaded, inventory)
    return list(plan_complaints(inventory, document, loaded))


def _in_list(document: YamlDocument, index: int, complaint: Complaint) -> Complaint:
    """Point at the line of migration.yaml when what it names is not there at all."""
    if complaint.code != "missing-file":
        return complaint
    message = f"`{complaint.file}`: {complaint.message}"
    return document.complaint(("checklists", index), complaint.code, message, complaint.hint)


def _checklist(path: Path, document: YamlDocument) -> list[Complaint]:
    """Check a checklist file and the parameters of the checks that it uses."""
    from migrate_mail.checklist.load import checklist_of
    from migrate_mail.run.bind import binding_complaints

    checklist_of(document, path.parent, binding_complaints)
    return []
