"""A checklist file that was read: its content, and a way to complain about any place in it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from migrate_mail.checklist.model import ChecklistFile
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.validation import complaints_of
from migrate_mail.files.yaml_document import DataPath, YamlDocument


@dataclass(frozen=True, slots=True)
class LoadedChecklist:
    """One checklist. label: `builtin:core`, or the path as given. sha256: hex, over the file's bytes."""

    value: ChecklistFile
    label: str
    sha256: str
    document: YamlDocument

    def where(self, path: DataPath, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of a value (or its key), such as `("stages", 0, "steps", 1, "check")`."""
        return self.document.where(path, key=key)

    def complaint(
        self, path: DataPath, code: str, message: str, hint: str | None = None
    ) -> Complaint:
        """Return a complaint about a value in this file."""
        return self.document.complaint(path, code, message, hint)

    def complaints_of(
        self, error: ValidationError, model: type[BaseModel], prefix: DataPath
    ) -> list[Complaint]:
        """Return what pydantic says about a part of this file that begins at `prefix`."""
        return complaints_of(self.document, error, model, prefix)
