"""Where the inventory of addresses comes from, and which ones it lacks."""

from __future__ import annotations

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


def test_a_file_that_is_not_there_is_told(office):
    """Exit 2 with its name."""
    assert "nowhere.csv" in office.run("addresses", "nowhere.csv", ends=ExitCode.USAGE).error
