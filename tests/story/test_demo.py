"""`migrate-mail demo`: the first thing that a new user tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.state.store import Store
from support.commands import Commands, Said

BLOCKER = """\
import sys

sys.modules.update(dict.fromkeys(["pymap", "aiosmtpd", "trustme"]))  # None: not installed
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """Give the demo, told once as text, and its folder."""
    home = tmp_path_factory.mktemp("demo")
    said = Commands(home).run("demo", "--folder", "lindenhof")
    return home / "lindenhof", said


def test_the_story_in_its_order(told):
    """NO-GO with the three planted faults; mended; GO; switched; proved; reported."""
    out = " ".join(told[1].out.split())
    turns = [
        "$ migrate-mail preflight NO-GO",
        "the TTL is 86400 s",
        "mx1.newhost.example is an alias of gateway.newhost.example",
        "the new system refuses info@lindenhof.example",
        "$ migrate-mail sync",
        "$ migrate-mail preflight GO",
        "$ migrate-mail cutover --yes",
        "MX is 10 mx1.newhost.example. (TTL 300); all 2 name servers show it",
        "$ migrate-mail verify GO",
        "$ migrate-mail report --short GO",
        "The way back ------------ The MX points to new",
        "The files are in lindenhof",
    ]

    places = [out.find(turn) for turn in turns]

    assert -1 not in places, turns[places.index(-1)]
    assert places == sorted(places)


def test_what_it_leaves_behind(told):
    """The folder is a migration like any other: its state file gives the same report later."""
    folder, said = told

    report = Commands(folder).run("report", "--short").out

    assert report.splitlines()[0] in said.out
    with Store.read(folder / "migration.state") as store:
        assert [r.outcome for r in store.runs() if r.command == "verify"] == ["GO"]


def test_no_folder_is_overwritten(told):
    """A folder that holds something is refused, and stays as it is."""
    folder, _ = told
    before = (folder / "migration.yaml").read_bytes()

    said = Commands(folder.parent).run("demo", "--folder", "lindenhof", ends=ExitCode.REFUSED)

    assert "lindenhof is not empty" in said.error
    assert (folder / "migration.yaml").read_bytes() == before


def test_as_json_lines(tmp_path):
    """Each turn is one JSON line: what was said, which command ran and how it ended, where it was."""
    said = Commands(tmp_path).run("demo", "--json", "--folder", "x")
    lines = said.lines

    ran = [line for line in lines if "ran" in line]
    assert [line["exit_code"] for line in ran if line["ran"] == "migrate-mail preflight"] == [
        1,
        0,
    ]
    assert all(line["exit_code"] == 0 for line in ran[2:])
    assert lines[-1]["folder"] == "x"
    assert lines[-1]["seconds"] < 60
    assert all("said" in line or "ran" in line for line in lines[:-1])


def test_without_the_extra(tmp_path):
    """Where the lab's libraries are not installed it says what to install; nothing is written."""
    (tmp_path / "blocker").mkdir()
    (tmp_path / "blocker" / "sitecustomize.py").write_text(BLOCKER)
    admin = Commands(tmp_path, {"PYTHONPATH": str(tmp_path / "blocker")})

    said = admin.run("demo", "--folder", "x", ends=ExitCode.USAGE)

    assert "pip install 'migrate-mail[demo]'" in said.err
    assert not (tmp_path / "x").exists()
