"""No secret is ever written or said: not in the state file, not in a report, not on a terminal."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.company import tsig_secret
from migrate_mail.lab.project import environment
from migrate_mail.lab.scene import scene
from support.commands import Commands
from support.office import Office, open_office

WRONG = "falsch-Geheim-77"
ANNA = "anna@lindenhof.example"


def _forms(office: Office, *more: str) -> dict[str, bytes]:
    """Return every secret of the lab, plain and as PLAIN (RFC 4616) puts it on the wire."""
    passwords = {WRONG, *more}
    logins = []
    for one in office.lab.employees:
        passwords |= {one.old_password, one.new_password}
        logins += [(one.old_user, one.old_password), (one.new_user, one.new_password)]
    forms = {word: word.encode() for word in passwords}
    forms["TSIG"] = tsig_secret().encode()
    forms["TSIG, raw"] = base64.b64decode(tsig_secret())
    for user, word in logins:
        forms[f"PLAIN of {user}"] = base64.b64encode(f"\0{user}\0{word}".encode())
    return forms


def _told(office: Office) -> dict[str, bytes]:
    """Return everything that a migration leaves: files of the project, words of every command."""
    told = {
        str(path): path.read_bytes()
        for path in office.migration.parent.rglob("*")
        if path.is_file() and path.parent.name != "secrets"
    }
    return told | {
        f"words of {s.arguments}": f"{s.out}{s.err}".encode() for s in office.admin.said
    }


def _leaks(office: Office) -> list[tuple[str, str]]:
    forms = _forms(office)
    return [
        (name, where)
        for where, text in _told(office).items()
        for name, form in forms.items()
        if form in text
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office after its whole story, faults and a wrong password and the way back included."""
    with scene() as company:
        office = open_office(company, tmp_path_factory.mktemp("secrets") / "project")
        key = office.migration.parent / "secrets" / "old-anna"
        right = key.read_text()
        key.write_text(WRONG)
        office.run("preflight", ends=ExitCode.NO_GO)
        office.run("sync", ends=ExitCode.CANNOT_TELL)
        key.write_text(right)
        office.sign()
        office.run("sync", "--json")
        office.run("preflight", "--json")
        office.run("cutover", "--dry-run")
        office.run("cutover", "--yes")
        office.run("verify", ends=None)
        for style in ("text", "json", "markdown"):
            office.run("report", "--format", style, "--output", f"report.{style}")
        office.run("rollback", "--apply", "--yes")
        office.run("rollback", "--json")
        yield office


def test_the_search_finds_what_is_there(told):
    """The search itself works: what the secrets folder holds is found by it."""
    held = b"".join(p.read_bytes() for p in (told.migration.parent / "secrets").iterdir())

    forms = _forms(told)

    assert forms["TSIG"] in held
    assert sum(form in held for form in forms.values()) >= 9


def test_nothing_leaks(told):
    """State file, journal, reports and all that was printed hold none of the secrets, in no form."""
    places = _told(told)

    assert any(name.endswith("migration.state") for name in places)
    assert any(name.endswith("report.json") for name in places)
    assert len(told.admin.said) >= 13
    assert _leaks(told) == []


def test_a_wrong_password_is_told_as_such(told):
    """The account and the server's answer are named; the password is not."""
    preflight, sync = told.admin.said[:2]

    for said in (preflight, sync):
        text = " ".join((said.out + said.err).split())
        assert ANNA in text
        assert WRONG not in text
    assert "NO  Every account can log in at the old server (anna@" in preflight.err
    assert "??  anna@lindenhof.example: " in sync.out


def test_state_file_is_for_its_owner_alone(told):
    """The state file is readable by nobody else."""
    assert told.state.stat().st_mode & 0o077 == 0


def test_references_to_variables_and_commands(tmp_path: Path):
    """`env:` and `cmd:` give the passwords; no file holds one, and none is an argument of a process."""
    with scene() as company:
        folder = tmp_path / "project"
        migration = company.write_project(folder, secrets="env")
        secrets = environment(company)
        kept = tmp_path / "kept"
        kept.write_text(secrets.pop("LINDENHOF_OLD_ANNA") + "\n")
        office = Office(company, migration, Commands(folder, secrets))
        office.edit("env:LINDENHOF_OLD_ANNA", f"cmd:cat '{kept}'", "accounts.csv")

        said = office.run("preflight", "--only", "logins-old", ends=ExitCode.NO_GO)
        office.run("sync", "--only", "anna@*")

        assert "ok  Every account can log in at the old server (anna@" in said.err
        assert "NO" not in said.err
        assert _leaks(office) == []


def test_a_missing_variable_is_named(tmp_path: Path):
    """A reference that cannot be resolved is unknown, with the name of the variable; nothing crashes."""
    with scene() as company:
        folder = tmp_path / "project"
        migration = company.write_project(folder, secrets="env")
        office = Office(company, migration, Commands(folder))

        said = office.run("preflight", "--only", "logins-old", ends=ExitCode.NO_GO)

        assert "env:LINDENHOF_OLD_ANNA: there is no such environment variable" in " ".join(
            said.out.split()
        )
        assert said.err.count("??  Every account can log in at the old server") == 4
