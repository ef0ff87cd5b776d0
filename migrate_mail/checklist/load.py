"""Reading a checklist file, or one that is shipped: checked, or every complaint at once."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable
from pathlib import Path

from migrate_mail.checklist import builtin
from migrate_mail.checklist.loaded import LoadedChecklist
from migrate_mail.checklist.model import SCHEMA, ChecklistFile
from migrate_mail.checklist.rules import checklist_rules
from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.kinds import expect_kind
from migrate_mail.files.source import label_of
from migrate_mail.files.validation import validate
from migrate_mail.files.yaml_document import YamlDocument
from migrate_mail.files.yaml_source import read_yaml

__all__ = ["LoadedChecklist", "checklist_of", "load_checklist"]


Extra = Callable[[LoadedChecklist], list[Complaint]]


def _nothing(_checklist: LoadedChecklist) -> list[Complaint]:
    return []


def load_checklist(
    path_or_builtin: str, base: Path, extra: Extra = _nothing
) -> LoadedChecklist:
    """Return a checklist: `builtin:NAME`, or a path that starts at `base`.

    Raise InvalidFiles with every complaint about it.
    """
    if not path_or_builtin.startswith(builtin.PREFIX):
        path = base / path_or_builtin
        return checklist_of(read_yaml(path, label=label_of(path)), extra)
    shipped = builtin.path_of(path_or_builtin.removeprefix(builtin.PREFIX))
    if shipped is None:
        raise InvalidFiles([_unknown_builtin(path_or_builtin)])
    return checklist_of(read_yaml(shipped, label=path_or_builtin), extra)


def checklist_of(document: YamlDocument, extra: Extra = _nothing) -> LoadedChecklist:
    """Return the checklist of a document that was already read; see `load_checklist`.

    extra: finds more that is wrong, once the types are right (the checks' own parameters).
    """
    expect_kind(document, SCHEMA)
    value, complaints = validate(document, ChecklistFile)
    if value is None:
        raise InvalidFiles(complaints)
    digest = hashlib.sha256(document.source.raw).hexdigest()
    loaded = LoadedChecklist(value, document.label, digest, document)
    complaints += [*checklist_rules(document, value), *extra(loaded)]
    if complaints:
        raise InvalidFiles(complaints)
    return loaded


def _unknown_builtin(name: str) -> Complaint:
    known = [f"{builtin.PREFIX}{n}" for n in builtin.names()]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"shipped: {', '.join(known)}"
    return Complaint(name, 0, 0, "missing-file", "no checklist of this name is shipped", hint)
