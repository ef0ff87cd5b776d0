"""Telling by its `schema:` line what kind of file an admin gave us."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.source import label_of
from migrate_mail.files.yaml_document import YamlDocument
from migrate_mail.files.yaml_source import read_yaml

MIGRATION = "migrate-mail/migration/v1"
CHECKLIST = "migrate-mail/checklist/v1"
Reader = Callable[[Path, YamlDocument], list[Complaint]]


def validate_files(paths: Iterable[Path], readers: Mapping[str, Reader]) -> list[Complaint]:
    """Return every complaint about every file. readers: by the text of the `schema:` line."""
    return [complaint for path in paths for complaint in _validate(path, readers)]


def expect_kind(document: YamlDocument, schema: str) -> None:
    """Raise InvalidFiles when a file is of another kind: nothing else about it would help."""
    found = kind_complaint(document, [schema])
    if found is not None:
        raise InvalidFiles([*document.complaints, found])


def kind_complaint(document: YamlDocument, known: Iterable[str]) -> Complaint | None:
    """Return a complaint when `schema:` is missing or none of these; None when it is one of them."""
    wanted = list(known)
    listed = " or ".join(f"`schema: {name}`" for name in wanted)
    data = document.data if isinstance(document.data, dict) else {}
    kind = data.get("schema")
    if kind in wanted:
        return None
    if kind is None:
        return document.complaint(
            (), "unknown-kind", f"this file does not say what it is; wanted: {listed}"
        )
    close = difflib.get_close_matches(str(kind), wanted, n=1, cutoff=0.9)
    hint = f"did you mean `{close[0]}`?" if close else None
    return document.complaint(
        ("schema",), "unknown-kind", f"not the kind of file that is wanted here: {listed}", hint
    )


def _validate(path: Path, readers: Mapping[str, Reader]) -> list[Complaint]:
    if path.suffix.lower() == ".csv":
        message = "a CSV file is validated together with the migration.yaml that names it"
        return [
            Complaint(label_of(path), 0, 0, "csv-alone", message, "validate migration.yaml")
        ]
    try:
        document = read_yaml(path)
        found = kind_complaint(document, readers)
        if found is not None:
            return [*document.complaints, found]
        return readers[document.data["schema"]](path, document)
    except InvalidFiles as error:
        return list(error.complaints)
