"""The written project is what an admin would have: complete, private where it must be, and alive."""

from __future__ import annotations

import csv
import re
import stat
from pathlib import Path

import pytest
import yaml

from migrate_mail.lab.company import Company
from migrate_mail.lab.project import environment


def read(path: Path) -> dict:
    """Read YAML as plain data."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_first_line_says_what_it_is(project: Path) -> None:
    """The file begins with words for the reader, and has the schema line."""
    assert project.read_text(encoding="utf-8").startswith("# The move of Lindenhof")
    assert read(project)["schema"] == "migrate-mail/migration/v1"


def test_every_host_named_can_be_dialled(lab: Company, project: Path) -> None:
    """Every MX, IMAP and update server of the file is in its connect table."""
    spec = read(project)
    hosts = {f"{mx['host']}:25" for s in spec["systems"].values() for mx in s["mx"]}
    hosts |= {f"{s['imap']['host']}:{s['imap']['port']}" for s in spec["systems"].values()}
    hosts.add(f"{spec['dns']['server']}:53")

    assert hosts <= set(spec["connect"])
    assert spec["connect"] == lab.connect()
    assert spec["resolvers"] == [f"127.0.0.1:{lab.resolver.port}"]


def test_accounts_point_to_private_secrets(lab: Company, project: Path) -> None:
    """Each secret is a reference to a file that only its owner reads; none is in CSV or YAML."""
    written = project.read_text(encoding="utf-8")
    for row in rows(project.parent / "accounts.csv"):
        account = next(e for e in lab.employees if e.address == row["address"])
        for column, secret in (
            ("old_secret", account.old_password),
            ("new_secret", account.new_password),
        ):
            path = project.parent / row[column].removeprefix("file:")
            assert path.read_text(encoding="utf-8").strip() == secret
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert secret not in written + str(row)


def test_every_address_at_old_is_listed(lab: Company, project: Path) -> None:
    """addresses.csv has all mailboxes and aliases that old knows."""
    listed = {row["address"] for row in rows(project.parent / "addresses.csv")}

    assert listed == set(lab.old.directory.mailboxes) | set(lab.old.directory.aliases)


def test_secrets_from_the_environment(lab: Company, tmp_path: Path) -> None:
    """With `env`, no file holds a secret, and every variable that is named exists."""
    path = lab.write_project(tmp_path / "env", secrets="env")

    text = path.read_text(encoding="utf-8") + (path.parent / "accounts.csv").read_text()
    assert not (path.parent / "secrets").exists()
    assert set(re.findall(r"env:(\w+)", text)) == set(environment(lab))


def test_writing_twice_is_the_same(lab: Company, project: Path) -> None:
    """A second writing into the folder changes nothing."""
    before = project.read_bytes()

    again = lab.write_project(project.parent)

    assert again.read_bytes() == before


@pytest.mark.parametrize("extra", ["ca.pem", "secrets/tsig"])
def test_files_beside_are_there(project: Path, extra: str) -> None:
    """The CA and the TSIG key that the file names are beside it."""
    assert (project.parent / extra).stat().st_size > 0
