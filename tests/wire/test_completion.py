"""TAB in real shells: commands, steps, accounts, checks; and nothing at all from a broken file."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.commands import COMMAND
from support.shells import Shell, programs

EXAMPLE = Path(__file__).parents[2] / "examples" / "small-company"
START = {
    "bash": (
        ("bash", "--norc", "--noprofile", "-i"),
        ["COMP_WORDBREAKS=${COMP_WORDBREAKS//@/}"],
    ),
    "zsh": (("zsh", "-f", "-i"), ["autoload -Uz compinit", "compinit -u"]),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a migration."""
    shutil.copytree(EXAMPLE, tmp_path / "move")
    return tmp_path / "move"


@pytest.fixture(params=START)
def shell(request, folder, tmp_path) -> Iterator[Shell]:
    """A shell in which somebody has typed what the README says."""
    name = request.param
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    (tmp_path / "home").mkdir()
    command, lines = START[name]
    shell = Shell(*command, folder=folder, home=tmp_path / "home")
    load = 'eval "$(migrate-mail --show-completion)"'
    try:
        for line in [*lines, load, "echo rea''dy"]:
            shell.type(f"{line}\n")
        assert shell.shows("ready\n"), shell.screen
        yield shell
    finally:
        shell.close()


TYPED = [
    ("migrate-mail prefl", "preflight"),
    ("migrate-mail confirm anno", "announced"),
    ("migrate-mail sync --only ann", "anna@example.org"),
    ("migrate-mail explain smtp.rea", "smtp.reach"),
]


@pytest.mark.parametrize(("typed", "completed"), TYPED)
def test_tab_completes(shell, typed, completed):
    """What was begun is finished when only one thing begins so."""
    shell.type(f"{typed}\t")
    assert shell.shows(completed[len(typed.split()[-1]) :]), shell.screen


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize(("typed", "completed"), TYPED)
def test_fish_completes(folder, tmp_path, typed, completed):
    """The fish tells by itself what it would offer, with a few words about it."""
    script = f"migrate-mail --show-completion | source; complete -C '{typed}'"
    env = {"PATH": f"{programs(tmp_path)}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == [completed]


def _offers(folder: Path, line: str) -> list[str]:
    """Return what would be offered at the end of a line."""
    asked = {
        "_MIGRATE_MAIL_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    env = {**os.environ, **asked}
    done = subprocess.run(
        COMMAND, cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("migrate-mail confirm old-relays[", ["old-relays[example.org]"]),
        ("migrate-mail waive old-relays", ["old-relays[example.org]"]),
        ("migrate-mail sync --only *", ["*@example.org"]),
        ("migrate-mail ledger --only be", ["ben@example.org"]),
        ("migrate-mail verify --mailboxes --only be", ["ben@example.org"]),
        ("migrate-mail preflight --only ttl-low", ["ttl-lowered"]),
        ("migrate-mail checks tls", ["tls", "tlsrpt"]),
        ("migrate-mail explain unknown-ow", ["unknown-owner"]),
        ("migrate-mail explain MX_IS_C", ["MX_IS_CNAME"]),
        ("migrate-mail report --since ", []),
    ],
)
def test_what_is_offered(folder, line, offers):
    """Steps, instances, accounts, domains, families, findings, errors; no run before there is one."""
    assert _offers(folder, line) == offers


def test_a_broken_file_offers_nothing(folder):
    """No error in the middle of a line that somebody is typing."""
    (folder / "migration.yaml").write_text("schema: [")
    assert _offers(folder, "migrate-mail confirm anno") == []
    assert _offers(folder, "migrate-mail sync --only an") == []
