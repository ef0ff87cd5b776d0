"""From what a model says against a file to complaints with line and column, all at once."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.model_walk import keys_of, model_at
from migrate_mail.files.secretish import is_secret_name
from migrate_mail.files.wording import Words, missing, reword, unknown
from migrate_mail.files.yaml_document import DataPath, YamlDocument

TODO = "TODO"
"""What `migrate-mail init` writes where nobody has answered."""

M = TypeVar("M", bound=BaseModel)


def validate(document: YamlDocument, model: type[M]) -> tuple[M | None, list[Complaint]]:
    """Return the document as a model (None when it does not fit) and every complaint about the file."""
    if not isinstance(document.data, dict):
        message = "the whole file must be keys with values, as in `schema: …`"
        return None, [*document.complaints, document.complaint((), "wrong-type", message)]
    _note_open(document)
    try:
        value = model.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, [*document.complaints, *complaints_of(document, error, model)]
    return value, list(document.complaints)


def _note_open(document: YamlDocument) -> None:
    """Complain once about each value that nobody has filled in yet, and of it nothing else."""
    for path, node in document.nodes.items():
        if node.raw == TODO and path not in document.broken:
            message = f"{_name(path)} is still to be filled in"
            document.complaints.append(document.complaint(path, "to-do", message))
            document.broken.add(path)


def complaints_of(
    document: YamlDocument,
    error: ValidationError,
    model: type[BaseModel],
    prefix: DataPath = (),
) -> list[Complaint]:
    """Return what pydantic says as complaints. prefix: where in the document the model begins."""
    found = [
        _complaint(document, dict(one), model, prefix)
        for one in error.errors(include_url=False)
    ]
    return [c for c in found if c is not None]


def _complaint(
    document: YamlDocument, error: dict[str, Any], model: type[BaseModel], prefix: DataPath
) -> Complaint | None:
    loc: DataPath = tuple(part for part in error["loc"] if part != "[key]")
    path = (*prefix, *loc)
    if error["type"] == "missing":
        words = missing(str(loc[-1]), model_at(model, loc[:-1]), _name(path[:-1]))
        return _said(document, path[:-1], words, key=True)
    if error["type"] == "extra_forbidden":
        words = unknown(str(loc[-1]), keys_of(model_at(model, loc[:-1])))
        return _said(document, path, words, key=True)
    if document.is_broken(path):
        return None
    secret = any(is_secret_name(str(part)) for part in path)
    words = reword(error, _name(path), None if secret else document.raw(path), secret=secret)
    return _said(document, path, words, key="[key]" in error["loc"])


def _said(document: YamlDocument, path: DataPath, words: Words, *, key: bool) -> Complaint:
    return document.complaint(path, words.code, words.message, words.hint, key=key)


def _name(path: DataPath) -> str:
    """Return what to call the thing at a path: its key, and for an item of a list the list's key."""
    if not path:
        return "this file"
    if isinstance(path[-1], str):
        return f"`{path[-1]}`"
    key = next((p for p in reversed(path) if isinstance(p, str)), "the list")
    return f"item {path[-1] + 1} of `{key}`"
