"""Where the inventory of addresses comes from, and which ones it lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from support.office import open_office


@pytest.fixture
def office(tmp_path):
    """A company that moves."""
    with scene() as company:
        yield open_office(company, tmp_path / "project")


def test_an_address_that_got_mail_and_is_in_no_list_is_found(office):
    """Old's log against the inventory: the forgotten address, by name, and exit 1."""
    log = office.migration.parent / "mail.log"
    line = (
        "Nov 23 09:00:01 mx postfix/lmtp[1]: A1: to=<{}@lindenhof.example>, status=sent (250)\n"
    )
    log.write_text(line.format("anna") + line.format("bewerbung"))

    said = office.run("addresses", "--missing", "mail.log", ends=ExitCode.NO_GO)
    all_of_them = office.run("addresses", "mail.log", "--json").json

    assert said.out.splitlines() == [
        "address,kind,target",
        "bewerbung@lindenhof.example,alias,",
    ]
    assert "read as log: 2 addresses" in said.err
    assert len(all_of_them["addresses"]) == 2


def test_addresses_that_mailboxes_tell(office):
    """Delivered-To of recent mail at old: rows to paste, with where the mail went."""
    old, now = office.lab.old.imap, datetime.now(UTC)
    for person, address in (
        ("anna", "praktikum"),
        ("anna", "anna"),
        ("bernd", "praktikum"),
        ("bernd", "chef"),
    ):
        body = f"Delivered-To: {address}@lindenhof.example\r\nSubject: x\r\n\r\ntext\r\n"
        old.deliver(person, "INBOX", body.encode(), date=now - timedelta(days=3))

    said = office.run("addresses", "--missing", "--from-mailboxes", ends=ExitCode.NO_GO)
    short = office.run("addresses", "--from-mailboxes", "--days", "2")

    assert said.out.splitlines() == [
        "address,kind,target",
        "chef@lindenhof.example,alias,bernd@lindenhof.example",
        "praktikum@lindenhof.example,group,",
    ]
    assert "was for 3 addresses of yours" in said.err
    assert short.out.splitlines() == ["address,kind,target"]


def test_a_mailbox_that_cannot_be_read_is_told(office):
    """What it holds is not known: exit 3, the others' addresses all the same."""
    office.lab.old.imap.add_user("anna", "another")

    said = office.run("addresses", "--missing", "--from-mailboxes", ends=ExitCode.CANNOT_TELL)

    assert "anna@lindenhof.example: cannot be read" in said.err


def test_nothing_to_read_is_told(office):
    """Exit 2 with the two ways."""
    assert "--from-mailboxes" in office.run("addresses", ends=ExitCode.USAGE).err


def test_a_file_that_is_not_there_is_told(office):
    """Exit 2 with its name."""
    assert "nowhere.csv" in office.run("addresses", "nowhere.csv", ends=ExitCode.USAGE).error
