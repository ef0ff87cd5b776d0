"""The JSON Schema of migration.yaml, for editors."""

from __future__ import annotations

from typing import Any

from migrate_mail.files.json_schema import json_schema
from migrate_mail.inventory.model import SCHEMA, MigrationFile


def inventory_schema() -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of migration.yaml."""
    return json_schema(MigrationFile, SCHEMA)
