"""Opening a migration: its inventory and checklists, checked and bound together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from migrate_mail.checklist.load import load_checklist
from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.inventory.load import load_inventory
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.bind import bind
from migrate_mail.run.bound import BoundPlan


@dataclass(frozen=True, slots=True)
class Project:
    """One migration as its files describe it."""

    inventory: Inventory
    plan: BoundPlan


def open_project(path: Path) -> Project:
    """Read migration.yaml and the checklists that it names. Raise InvalidFiles with every complaint."""
    inventory = load_inventory(path)
    complaints: list[Complaint] = []
    loaded = []
    for name in inventory.spec.checklists:
        try:
            loaded.append(load_checklist(name, inventory.base))
        except InvalidFiles as error:
            complaints += error.complaints
    if complaints:
        raise InvalidFiles(complaints)
    return Project(inventory, bind(loaded, inventory))
