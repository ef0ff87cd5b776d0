"""A rollback takes the mail along: what arrived at new since the switch is at old afterwards, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from support.office import open_office

LATE = b"From: x@outside.test\r\nSubject: after the switch\r\nMessage-ID: <late@x>\r\n\r\nhello\r\n"


@pytest.fixture
def office(tmp_path):
    """A company that is ready to switch, its mail at new."""
    with scene() as company:
        office = open_office(company, tmp_path / "project")
        office.sign()
        office.run("sync")
        office.run("preflight")
        yield office


def _late_at_old(office) -> int:
    return sum(m.body == LATE for m in office.lab.old.imap.messages("anna"))


def test_mail_goes_back_with_the_mx(office):
    """Switch, mail at new, rollback, sync: the phase is `back` by itself, old gains that mail and nothing else."""
    anna = f"anna@{office.lab.domain}"
    refused = office.run("sync", "--phase", "back", ends=ExitCode.USAGE)
    assert "its MX was never switched" in refused.err
    office.run("cutover", "--yes")
    assert (
        "people work at new now"
        in office.run("sync", "--phase", "stage", ends=ExitCode.USAGE).err
    )
    before = len(office.lab.old.imap.messages("anna"))
    office.lab.new.imap.deliver(anna, "INBOX", LATE, date=datetime.now(UTC))
    assert "migrate-mail sync --phase back" in office.run("rollback").out
    office.run("rollback", "--apply", "--yes")

    planned = office.run("sync", "--dry-run")
    said = office.run("sync")

    assert "phase back" in planned.err
    assert "phase back" in said.err
    assert _late_at_old(office) == 1
    assert len(office.lab.old.imap.messages("anna")) == before + 1
    office.run("sync")
    assert _late_at_old(office) == 1
    assert "phase stage" in office.run("sync", "--phase", "stage").err
