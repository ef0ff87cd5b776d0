"""A step where it stands: in which file, in which stage, with whose defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from migrate_mail.checklist.model import ChecklistFile, Defaults, Stage, Step
from migrate_mail.files.yaml_document import DataPath, YamlDocument


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """One step. path: its place in the document, `("stages", 0, "steps", 1)` or `("change", 0)`."""

    step: Step
    stage: Stage
    defaults: Defaults
    document: YamlDocument = field(repr=False)
    path: DataPath


@dataclass(frozen=True, slots=True)
class Departure:
    """What a file does differently from the checklist that it extends. step: its id."""

    step: str
    what: Literal["removed", "changed"]
    because: str
    file: str


def placed(document: YamlDocument, value: ChecklistFile) -> list[PlacedStep]:
    """Return the steps that a file itself brings, in its order."""
    return [
        PlacedStep(step, stage, value.defaults, document, ("stages", s, "steps", t))
        for s, stage in enumerate(value.stages)
        for t, step in enumerate(stage.steps)
    ]
