"""What CI reads of ours, held against the formats' own schemas: SARIF 2.1.0, JUnit, GitHub, GitLab."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import xmlschema

from migrate_mail.errors import ExitCode
from migrate_mail.report.build import build
from migrate_mail.report.junit import junit
from migrate_mail.state.store import Store
from support.cards import NOW
from support.commands import Commands
from support.told import tell

ROOT = Path(__file__).parents[2]
SUITES = ROOT / ".venv" / "suites"
SARIF = SUITES / "sarif-pydantic" / "sarif-schema-2.1.0.json"
JUNIT = SUITES / "pytest" / "testing" / "example_scripts" / "junit-10.xsd"
CHECKLIST = """\
schema: migrate-mail/checklist/v1
stages:
  - id: one
    phase: preflight
    steps:
      - {id: a, title: "A: 100 %, sure", check: dns.ttl}
"""
pytestmark = pytest.mark.skipif(
    not SARIF.is_file() or not JUNIT.is_file(),
    reason="the schemas are not unpacked; `./dev test` or `./dev check` does it once",
)


@pytest.fixture
def here(tmp_path: Path) -> Commands:
    """A folder with a good file, one with mistakes, and one whose name needs to be escaped."""
    bad = CHECKLIST.replace("dns.ttl", "dns.tll").replace("id: a,", "id: a, colour: red,")
    (tmp_path / "good.yaml").write_text(CHECKLIST)
    (tmp_path / "bad.yaml").write_text(bad)
    (tmp_path / "a & <b> %.yaml").write_text(bad + "  - {}\n")
    return Commands(tmp_path)


@pytest.mark.parametrize(("files", "ends"), [(".", ExitCode.USAGE), ("good.yaml", ExitCode.GO)])
def test_sarif_is_as_its_schema_says(here, files, ends):
    """With mistakes and without; and the schema does refuse what is wrong."""
    schema = json.loads(SARIF.read_text())
    log = json.loads(here.run("validate", "--format", "sarif", files, ends=ends).out)
    check = jsonschema.validators.validator_for(schema)(schema)
    assert [e.message for e in check.iter_errors(log)] == []
    assert bool(log["runs"][0]["results"]) == (ends is ExitCode.USAGE)
    log["runs"][0]["tool"] = {}
    assert [e.message for e in check.iter_errors(log)] == ["'driver' is a required property"]


@pytest.mark.parametrize(("files", "ends"), [(".", ExitCode.USAGE), ("good.yaml", ExitCode.GO)])
def test_junit_of_validate_is_as_its_schema_says(here, files, ends):
    """The schema is that of Jenkins, which most readers follow."""
    said = here.run("validate", "--format", "junit", files, ends=ends)
    _accepted(said.out)


def test_junit_of_the_report_is_as_its_schema_says(tmp_path):
    """A migration with something of everything."""
    tell(tmp_path / "migration.state")
    with Store.read(tmp_path / "migration.state") as store:
        text = junit(build(store, now=NOW))
    _accepted(text)
    assert not xmlschema.XMLSchema10(JUNIT).is_valid(
        text.replace("<testcase ", "<testcase x='' ")
    )


def _accepted(text: str) -> None:
    errors = xmlschema.XMLSchema10(JUNIT).iter_errors(text)
    assert [str(e.reason) for e in errors] == []


@pytest.mark.parametrize(
    ("schema", "name"),
    [("vendor.github-workflows", "github.yml"), ("vendor.gitlab-ci", "gitlab.yml")],
)
def test_the_jobs_are_as_their_schemas_say(schema, name, tmp_path):
    """The jobs in examples/ci, and not a job with a key misspelt."""

    def check(path: Path) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
        return subprocess.run([*program, path], capture_output=True, text=True, check=False)

    good = ROOT / "examples" / "ci" / name
    done = check(good)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / name
    wrong.write_text(good.read_text().replace("run: ", "ruin: ").replace("reports:", "report:"))
    assert check(wrong).returncode == 1
