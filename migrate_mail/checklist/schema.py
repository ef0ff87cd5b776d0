"""The JSON Schema of checklist files, for editors."""

from __future__ import annotations

from typing import Any

from migrate_mail.checklist.model import SCHEMA, ChecklistFile
from migrate_mail.files.json_schema import json_schema


def checklist_schema() -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of checklist files."""
    return json_schema(ChecklistFile, SCHEMA)
