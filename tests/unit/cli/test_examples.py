"""What the project shows as an example is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrate_mail.cli.main import COMMANDS
from support.commands import Commands

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
NAMES = set(COMMANDS)


def _blocks(language: str) -> list[str]:
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^\1```", README, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in blocks]


MIGRATIONS = sorted(p.parent for p in (ROOT / "examples").glob("*/migration.yaml"))


@pytest.mark.parametrize("folder", MIGRATIONS, ids=lambda p: p.name)
def test_examples_are_valid(folder):
    """Every YAML file of an example, taken together, is valid."""
    files = sorted(p.name for p in folder.glob("*.yaml"))

    said = Commands(folder).run("validate", *files)

    assert said.out == f"{len(files)} files are valid\n"
    assert Commands(folder).run("validate", "--json", *files).json["valid"] is True


def test_shipped_checklists_are_valid():
    """The checklists that are shipped pass the check that we tell others to run."""
    files = [str(p) for p in sorted((ROOT / "checklists").glob("*.yaml"))]

    Commands(ROOT).run("validate", *files)


def test_readme_yaml_is_valid(tmp_path):
    """Every checklist that the README shows may be copied as it is."""
    blocks = _blocks("yaml")

    assert blocks
    for number, text in enumerate(blocks):
        (tmp_path / f"{number}.yaml").write_text(text)
    Commands(tmp_path).run("validate", *(f"{n}.yaml" for n in range(len(blocks))))


def test_readme_tells_every_command():
    """No command is unknown to the README."""
    assert {name for name in NAMES if f"migrate-mail {name}" not in README} == set()


def test_schemas_beside_the_examples_are_those_that_are_printed():
    """The schema files that editors read are what `migrate-mail schema` prints."""
    for shown in (ROOT / "examples").rglob("*.schema.json"):
        kind = shown.name.partition(".")[0]
        assert Commands(ROOT).run("schema", kind).out == shown.read_text()
