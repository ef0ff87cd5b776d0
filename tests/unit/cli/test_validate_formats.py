"""`validate` for CI: folders, JUnit, SARIF and annotations, each with the place of every mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path

import defusedxml.ElementTree as Xml
import pytest

from migrate_mail.errors import ExitCode
from support.commands import Commands

GOOD = """\
schema: migrate-mail/checklist/v1
stages:
  - id: one
    phase: preflight
    steps:
      - {id: a, title: "A: 100 %, sure", check: dns.ttl, owner: mail-admin}
"""
BAD = GOOD.replace("dns.ttl", "dns.tll").replace("id: a,", "id: a, colour: red,")


@pytest.fixture
def here(tmp_path: Path) -> Commands:
    """A folder with a good file, a bad one, and one that is none of ours."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "sub" / "bad.yml").write_text(BAD)
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    return Commands(tmp_path)


def test_a_folder_is_searched_for_files_of_ours(here):
    """Files of other programs are left alone; what is wrong is told with its place."""
    said = here.run("validate", ".", ends=ExitCode.USAGE)
    assert "sub/bad.yml:6:" in said.err
    assert "compose" not in said.err
    assert here.run("validate", "good.yaml").out == "1 file is valid\n"


def test_a_folder_without_any_is_told(tmp_path):
    """Nothing to validate is not valid."""
    assert "no file in ." in Commands(tmp_path).run("validate", ".", ends=ExitCode.USAGE).error


def test_junit_has_a_case_for_each_file(here):
    """The good file passes, the bad one fails with all its mistakes."""
    said = here.run("validate", "--format", "junit", ".", ends=ExitCode.USAGE)
    suites = Xml.fromstring(said.out)
    cases = {c.attrib["name"]: c for c in suites.iter("testcase")}
    assert (suites.attrib["tests"], suites.attrib["failures"]) == ("2", "1")
    assert cases["good.yaml"].find("failure") is None
    failure = cases["sub/bad.yml"].find("failure")
    assert "dns.tll" in failure.text
    assert "colour" in failure.text


def test_sarif_points_at_the_line(here):
    """A result for each mistake, with rule, file, line and column."""
    said = here.run("validate", "--format", "sarif", ".", ends=ExitCode.USAGE)
    log = json.loads(said.out)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert run["results"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "sub/bad.yml"
        assert place["region"]["startLine"] == 6
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert json.loads(here.run("validate", "--format", "sarif", "good.yaml").out)["runs"][0]["results"] == []  # fmt: skip


def test_github_gets_annotations(here):
    """One workflow command a line, with its values escaped; nothing when all is well."""
    said = here.run("validate", "--format", "github", ".", ends=ExitCode.USAGE)
    lines = said.out.splitlines()
    command = re.compile(r"::error file=[^,:]+,line=\d+,col=\d+,title=[a-z-]+::[^\r\n]+")
    assert lines
    assert all(command.fullmatch(line) for line in lines)
    assert here.run("validate", "--format", "github", "good.yaml").out == ""


def test_an_unknown_format_is_told(here):
    """With those that there are."""
    assert "text, json" in here.run("validate", "--format", "xml", ".", ends=ExitCode.USAGE).err


@pytest.mark.parametrize("name", ["examples/ci/github.yml", "examples/ci/gitlab.yml"])
def test_the_jobs_for_ci_type_commands_that_exist(here, name):
    """What the shipped jobs run is run here, on good and on bad files."""
    root = Path(__file__).parents[3]
    [command] = re.findall(r"migrate-mail (validate[^>\n]*)", (root / name).read_text())
    bad = here.run(*command.split(), ends=ExitCode.USAGE)
    (here.folder / "sub" / "bad.yml").unlink()
    assert bad.out
    here.run(*command.split())
