"""Broken input files: each kept as a file, with every word that the admin gets to read beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from migrate_mail.cli.main import application

HERE = Path(__file__).parent
GOOD = HERE / "good"
PLACES = {
    "migration": "migration.yaml",
    "accounts": "accounts.csv",
    "addresses": "addresses.csv",
    "checklist": "site.yaml",
}
CASES = sorted(p for kind in PLACES for p in (HERE / kind).iterdir() if p.suffix != ".expected")
SECRETS = ("hunter2", "hunter3", "pass,word")


def _name(case: Path) -> str:
    return f"{case.parent.name}/{case.stem}"


def _lay_out(case: Path, folder: Path) -> str:
    """Copy the good files with the broken one in its place; return the file to validate."""
    shutil.copytree(GOOD, folder, dirs_exist_ok=True)
    place = PLACES[case.parent.name]
    shutil.copyfile(case, folder / place)
    return place if case.parent.name == "checklist" else "migration.yaml"


def _state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.iterdir())}


def test_there_are_enough():
    """At least thirty kinds of mistake are kept."""
    assert len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_broken_file_is_explained(case, tmp_path, monkeypatch, request):
    """A broken file ends in exit code 2 and exactly the expected words, and nothing is changed."""
    target = _lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    before = _state(tmp_path)

    result = CliRunner().invoke(application(), ["validate", target])

    expected = case.with_suffix(".expected")
    if request.config.getoption("--update", default=False):
        expected.write_text(result.stderr)
    assert result.stderr == expected.read_text()
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not [s for s in SECRETS if s in result.stderr]
    assert _state(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["migration/latin-1.yaml", "accounts/literal-secret.csv", "checklist/ids.yaml"]
)
def test_the_real_command_says_the_same(name, tmp_path):
    """The installed program, in a process of its own, says the same words with the same exit code."""
    case = HERE / name
    target = _lay_out(case, tmp_path)
    command = [sys.executable, "-m", "migrate_mail", "validate", target]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stderr == case.with_suffix(".expected").read_text()
    assert done.returncode == 2
    assert done.stdout == ""


def test_the_good_files_are_good(monkeypatch):
    """The files that the broken ones are made from are valid themselves."""
    monkeypatch.chdir(GOOD)

    result = CliRunner().invoke(application(), ["validate", "migration.yaml", "site.yaml"])

    assert (result.exit_code, result.stdout, result.stderr) == (0, "2 files are valid\n", "")


def test_json_names_code_and_place(tmp_path, monkeypatch):
    """With --json, stdout holds every complaint as data, and stderr nothing."""
    target = _lay_out(HERE / "checklist" / "circle.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(application(), ["validate", "--json", target])

    assert result.exit_code == 2
    assert result.stderr == ""
    assert '"code": "circular-needs"' in result.stdout
    assert '"line": 9' in result.stdout
