"""The JSON Schema says what the program says."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from migrate_mail.checklist.schema import checklist_schema
from migrate_mail.files.source import decode
from migrate_mail.files.yaml_source import parse_yaml, read_yaml
from migrate_mail.inventory.schema import inventory_schema

ROOT = Path(__file__).parents[3]
CHECKLIST = """
schema: migrate-mail/checklist/v1
stages:
  - {id: a, phase: prepare, steps: [{id: s, manual: {do: x}, x-note: free}]}
"""


@pytest.mark.parametrize("make", [inventory_schema, checklist_schema])
def test_it_is_a_schema(make):
    """Both schemas are valid JSON Schema 2020-12 with an id and descriptions."""
    schema = make()

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$id"].startswith("urn:migrate-mail:")


@pytest.mark.parametrize(
    "path",
    sorted([*ROOT.glob("examples/*/*.yaml"), *ROOT.glob("checklists/**/*.yaml")]),
    ids=str,
)
def test_shipped_files_fit_their_schema(path):
    """Every file that ships is right in an editor, too."""
    data = read_yaml(path).data
    schema = inventory_schema() if "migration/" in data["schema"] else checklist_schema()

    jsonschema.validate(data, schema)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("id: s,", "id: s, run: [ls],"),
        ("manual: {do: x}", "manal: {do: x}"),
        ("id: s", "id: S"),
        ("prepare", "prepair"),
        ("manual: {do: x},", ""),
    ],
)
def test_mistakes_show_in_the_editor(right, wrong):
    """Two bodies, a misspelt key, a bad id or phase do not fit; keys that begin with x- do."""
    validator = jsonschema.Draft202012Validator(checklist_schema())
    good = parse_yaml(decode("f", CHECKLIST.encode())).data
    bad = parse_yaml(decode("f", CHECKLIST.replace(right, wrong).encode())).data

    assert validator.is_valid(good)
    assert not validator.is_valid(bad)
