"""A migration.yaml with its CSV files becomes an Inventory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.inventory.load import load_inventory
from migrate_mail.inventory.model import Address, Login, SecretRef

MIGRATION = """
schema: migrate-mail/migration/v1
name: Test
domains: [Example.org, müller.example]
systems:
  old:
    mx: [{host: mx.old.example}]
    imap: {host: imap.old.example, user: "${local}", secret: "cmd:pass show old/${address}"}
  new:
    mx: [{host: MX1.new.example, preference: 20}]
    imap: {host: imap.new.example, secret: "file:new/${local}"}
addresses: more.csv
probe: {sender: probe@out.example, helo: h.out.example, canary: {EXAMPLE.org: Ben@Example.ORG}}
x-mine: {anything: [1, 2]}
"""
ACCOUNTS = """address,old_user,old_secret,new_user,new_secret
O'Hara@example.org,,,,
ben@EXAMPLE.org,old-ben,env:BEN,ben@new.example,prompt:Ben at new
eve@müller.example,,,,
"""
MORE = """address,kind,target
info@example.org,alias,ben@example.org
ben@example.org,forward,x@example.com
@example.org,catch-all,ben@example.org
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out a good migration."""
    (tmp_path / "migration.yaml").write_text(MIGRATION)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "more.csv").write_text(MORE)
    return tmp_path


def test_names_come_out_as_dns_has_them(folder):
    """Domains and hosts are lower-case and in A-labels; local parts stay as they are."""
    inventory = load_inventory(folder / "migration.yaml")

    assert inventory.spec.domains == ["example.org", "xn--mller-kva.example"]
    assert inventory.spec.systems.new.mx[0].host == "mx1.new.example"
    assert [a.address for a in inventory.accounts] == [
        "O'Hara@example.org",
        "ben@example.org",
        "eve@xn--mller-kva.example",
    ]


def test_patterns_fill_what_the_rows_leave_open(folder):
    """An account's own fields come first, then the patterns; in a command a value is one word."""
    ohara, ben, _ = load_inventory(folder / "migration.yaml").accounts

    shown = "pass show old/'O'\"'\"'Hara@example.org'"
    assert ohara.old == Login("O'Hara", SecretRef("cmd", shown))
    assert ohara.new == Login("O'Hara@example.org", SecretRef("file", "new/O'Hara"))
    assert ben.old == Login("old-ben", SecretRef("env", "BEN"))
    assert ben.new == Login("ben@new.example", SecretRef("prompt", "Ben at new"))
    assert ohara.line == 2


def test_every_address_is_there_once(folder):
    """Accounts are addresses too; what addresses.csv says of one of them counts."""
    addresses = load_inventory(folder / "migration.yaml").addresses

    assert addresses == (
        Address("O'Hara@example.org", "mailbox"),
        Address("eve@xn--mller-kva.example", "mailbox"),
        Address("info@example.org", "alias", "ben@example.org"),
        Address("ben@example.org", "forward", "x@example.com"),
        Address("*@example.org", "catch-all", "ben@example.org"),
    )


def test_the_canary_is_the_one_named(folder):
    """The account that gets test mail is found whatever the case it is written in."""
    inventory = load_inventory(folder / "migration.yaml")

    canary = inventory.canary("example.org")
    assert canary is not None
    assert canary.address == "ben@example.org"


@pytest.mark.parametrize("name", ["migration.yaml", "accounts.csv", "more.csv"])
def test_the_fingerprint_covers_every_file(folder, name):
    """Any change of any of the files is another fingerprint; reading again is the same."""
    before = load_inventory(folder / "migration.yaml").fingerprint
    again = load_inventory(folder / "migration.yaml").fingerprint

    with (folder / name).open("a") as stream:
        stream.write("\n")

    assert before == again != load_inventory(folder / "migration.yaml").fingerprint


def test_all_files_are_complained_about_together(folder):
    """Mistakes in all three files come in one go, even when migration.yaml itself is wrong."""
    for name, mistake in {
        "migration.yaml": "nmae: x",
        "accounts.csv": "x,,,,",
        "more.csv": "y,,",
    }.items():
        with (folder / name).open("a") as stream:
            stream.write(mistake + "\n")

    with pytest.raises(InvalidFiles) as caught:
        load_inventory(folder / "migration.yaml")

    places = [(Path(c.file).name, c.code) for c in caught.value.complaints]
    assert places == [
        ("accounts.csv", "bad-address"),
        ("migration.yaml", "unknown-key"),
        ("more.csv", "bad-address"),
    ]


def test_a_missing_secret_names_the_account(folder):
    """An account for which no secret is known is named, with the two ways to give one."""
    text = MIGRATION.replace(', secret: "file:new/${local}"', "")
    (folder / "migration.yaml").write_text(text)

    with pytest.raises(InvalidFiles) as caught:
        load_inventory(folder / "migration.yaml")

    complaints = caught.value.complaints
    assert [(c.code, c.line) for c in complaints] == [("no-secret", 2), ("no-secret", 4)]
    assert "O'Hara@example.org on the new side" in complaints[0].message


@pytest.mark.parametrize("name", ["migration.yaml", "accounts.csv", "more.csv"])
@given(data=st.data())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_are_complaints(folder, name, data):
    """With any piece of any file overwritten, loading gives an Inventory or complaints, nothing else."""
    good = {"migration.yaml": MIGRATION, "accounts.csv": ACCOUNTS, "more.csv": MORE}
    raw = good[name].encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 30)))
    for file, text in good.items():
        (folder / file).write_text(text)
    (folder / name).write_bytes(raw[:start] + data.draw(st.binary(max_size=12)) + raw[end:])

    try:
        said = load_inventory(folder / "migration.yaml").accounts
    except InvalidFiles as error:
        said = [str(c) for c in error.complaints]

    assert said
