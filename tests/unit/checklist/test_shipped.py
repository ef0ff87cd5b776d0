"""What is shipped beside the program: checklists, examples, and the schemas that editors read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from migrate_mail.checklist.schema import checklist_schema
from migrate_mail.inventory.schema import inventory_schema

ROOT = Path(__file__).parents[3]
SCHEMAS = {
    ROOT / "checklists/checklist.schema.json": checklist_schema,
    ROOT / "examples/small-company/migration.schema.json": inventory_schema,
}
FILES = [*sorted(ROOT.glob("checklists/*.yaml")), *sorted(ROOT.glob("examples/*/*.yaml"))]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.name)
def test_schema_file_is_current(path):
    """The schema beside the files is what `migrate-mail schema` prints today."""
    assert json.loads(path.read_text()) == SCHEMAS[path]()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_editor_agrees(path):
    """Every shipped file names its schema in the first line, and an editor that obeys it shows no error."""
    head, _, _ = path.read_text().partition("\n")
    named = path.parent / head.removeprefix("# yaml-language-server: $schema=")

    schema = json.loads(named.read_text())

    data = YAML(typ="safe", pure=True).load(path.read_text())
    plain = json.loads(json.dumps(data, default=str))
    assert [e.message for e in Draft202012Validator(schema).iter_errors(plain)] == []
