"""A checklist that was read: its steps, each with its place in the file that it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.checklist.model import ChecklistFile
from migrate_mail.checklist.placed import Departure, PlacedStep
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.yaml_document import DataPath, YamlDocument


@dataclass(frozen=True, slots=True)
class LoadedChecklist:
    """One checklist, on top of those that it extends.

    label: `builtin:core`, or the path as given. sha256: hex, over the file's bytes. steps: of all
    files together. files: label and sha256 of each, the one that extends nothing first.
    """

    value: ChecklistFile
    label: str
    sha256: str
    document: YamlDocument
    steps: tuple[PlacedStep, ...]
    departures: tuple[Departure, ...]
    files: tuple[tuple[str, str], ...]

    def where(self, path: DataPath, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of a value (or its key), such as `("stages", 0, "steps", 1, "check")`."""
        return self.document.where(path, key=key)

    def complaint(
        self, path: DataPath, code: str, message: str, hint: str | None = None
    ) -> Complaint:
        """Return a complaint about a value in this file."""
        return self.document.complaint(path, code, message, hint)
