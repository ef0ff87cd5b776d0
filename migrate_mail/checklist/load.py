"""Reading a checklist file, or one that is shipped: checked, or every complaint at once."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from migrate_mail.checklist import builtin
from migrate_mail.checklist.extend import extend
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

    Raise InvalidFiles with every complaint about it, or about one that it extends.
    """
    return _load(path_or_builtin, base, extra, ())


def checklist_of(
    document: YamlDocument, base: Path, extra: Extra = _nothing
) -> LoadedChecklist:
    """Return the checklist of a document that was already read; see `load_checklist`.

    base: the folder of the file. extra: finds more that is wrong, once the types are right (the
    checks' own parameters).
    """
    return _checked(document, base, extra, (_identity(base / Path(document.label).name),))


def _load(name: str, base: Path, extra: Extra, seen: tuple[str, ...]) -> LoadedChecklist:
    """Load a checklist. seen: the files that extend it, the first one first."""
    if name.startswith(builtin.PREFIX):
        path = builtin.path_of(name.removeprefix(builtin.PREFIX))
        if path is None:
            raise InvalidFiles([_unknown_builtin(name)])
        label = name
    else:
        path = base / name
        label = label_of(path)
    document = read_yaml(path, label=label)
    return _checked(document, path.parent, extra, (*seen, _identity(path)))


def _checked(
    document: YamlDocument, base: Path, extra: Extra, seen: tuple[str, ...]
) -> LoadedChecklist:
    expect_kind(document, SCHEMA)
    value, complaints = validate(document, ChecklistFile)
    if value is None:
        raise InvalidFiles(complaints)
    below = _extended(document, value, base, seen) if value.extends else None
    done = extend(document, value, below.steps if below else ())
    digest = hashlib.sha256(document.source.raw).hexdigest()
    loaded = LoadedChecklist(
        value=value,
        label=document.label,
        sha256=digest,
        document=document,
        steps=tuple(done.steps),
        departures=(*(below.departures if below else ()), *done.departures),
        files=(*(below.files if below else ()), (document.label, digest)),
    )
    complaints += [*done.complaints, *checklist_rules(loaded), *extra(loaded)]
    if complaints:
        raise InvalidFiles(complaints)
    return loaded


def _extended(
    document: YamlDocument, value: ChecklistFile, base: Path, seen: tuple[str, ...]
) -> LoadedChecklist:
    """Load what a file extends; a wrong name is told at the line that gives it."""
    name = value.extends or ""
    where = ("extends",)
    if not name.startswith(builtin.PREFIX) and _identity(base / name) in seen:
        message = f"`{name}` extends this file in turn; one of them must stand alone"
        raise InvalidFiles([document.complaint(where, "circular-extends", message)])
    try:
        if name.startswith(builtin.PREFIX):
            return _shipped(name)
        return _load(name, base, _nothing, seen)
    except InvalidFiles as error:
        raise InvalidFiles([_at(document, where, c) for c in error.complaints]) from None


@cache
def _shipped(name: str) -> LoadedChecklist:
    """Load a shipped checklist once, however many files extend it; it extends shipped ones only."""
    return _load(name, Path(), _nothing, ())


def _at(document: YamlDocument, where: tuple[str], complaint: Complaint) -> Complaint:
    if complaint.code != "missing-file":
        return complaint
    message = f"`{complaint.file}`: {complaint.message}"
    hint = complaint.hint or "paths start at the folder of this file"
    return document.complaint(where, complaint.code, message, hint)


def _identity(path: Path) -> str:
    return str(path.resolve())


def _unknown_builtin(name: str) -> Complaint:
    known = [f"{builtin.PREFIX}{n}" for n in builtin.names()]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"shipped: {', '.join(known)}"
    return Complaint(name, 0, 0, "missing-file", "no checklist of this name is shipped", hint)
