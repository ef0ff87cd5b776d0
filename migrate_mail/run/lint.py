"""What only the whole plan shows: owners that nobody knows, a point of no return that is no step. PURE.

The gate counts these too, as they are on the day; `validate` tells them weeks before.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from migrate_mail.checklist.loaded import LoadedChecklist
from migrate_mail.checklist.placed import PlacedStep
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.finding import Severity
from migrate_mail.inventory.model import Inventory

_COUNTED = {Severity.BLOCKER, Severity.MAJOR}


def plan_complaints(
    inventory: Inventory, document: YamlDocument, checklists: Sequence[LoadedChecklist]
) -> Iterator[Complaint]:
    """Yield what a migration.yaml and its checklists say differently. document: migration.yaml."""
    places = [place for one in checklists for place in one.steps]
    yield from _point_of_no_return(inventory, document, places)
    yield from _owners(inventory, document, places)


def _point_of_no_return(
    inventory: Inventory, document: YamlDocument, places: Sequence[PlacedStep]
) -> Iterator[Complaint]:
    name = inventory.spec.cutover.point_of_no_return
    known = [place.step.id for place in places]
    if name is not None and name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else "name a step of your checklists"
        path = ("cutover", "point_of_no_return")
        message = f"there is no step `{name}` in {', '.join(inventory.spec.checklists)}"
        yield document.complaint(path, "unknown-step", message, hint)


def _owners(
    inventory: Inventory, document: YamlDocument, places: Sequence[PlacedStep]
) -> Iterator[Complaint]:
    """Yield each owner that is nobody once, and each step that counts and belongs to nobody."""
    people = inventory.spec.people
    steps: dict[str, list[PlacedStep]] = {}
    for place in places:
        owner = place.step.owner or place.stage.owner or place.defaults.owner
        severity = place.step.severity or place.defaults.severity
        if owner is None and severity in _COUNTED:
            message = f"nobody owns step `{place.step.id}`, and its severity is {severity}"
            hint = "write `owner:` on the step, on its stage, or under `defaults:`"
            yield place.document.complaint((*place.path, "id"), "no-owner", message, hint)
        elif owner is not None and owner not in people:
            steps.setdefault(owner, []).append(place)
    for owner, owned in steps.items():
        yield _nobody(document, owner, owned, list(people))


def _nobody(
    document: YamlDocument, owner: str, owned: Sequence[PlacedStep], people: Sequence[str]
) -> Complaint:
    close = difflib.get_close_matches(owner, people, n=1)
    own = [
        p
        for p in owned
        if p.step.owner == owner and not p.document.label.startswith("builtin:")
    ]
    number = f"{len(owned)} steps" if len(owned) > 1 else f"step `{owned[0].step.id}`"
    message = f"`{owner}` owns {number}, and is not one of `people` in {document.label}"
    hint = (
        f"did you mean `{close[0]}`?"
        if close
        else f"under people: write {owner}: {{name: ..., contact: ...}}"
    )
    if own:
        return own[0].document.complaint(
            (*own[0].path, "owner"), "unknown-owner", message, hint
        )
    path: DataPath = ("people",) if people else ()
    return document.complaint(path, "unknown-owner", message, hint, key=True)
