"""What is to be published, ready to paste."""

from __future__ import annotations

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from support.office import open_office

DOMAIN = "lindenhof.example"
RECORDS = """\
  records:
    - {name: lindenhof.example, type: TXT, values: ["v=spf1 ip4:192.0.2.26 -all"]}
"""


@pytest.fixture
def office(tmp_path):
    """A company with a site verification beside its SPF record."""
    with scene() as company:
        _, values = company.rrset(DOMAIN, "TXT")
        company.set_rrset(DOMAIN, "TXT", 300, [*values, '"site-verification=1"'])
        office = open_office(company, tmp_path / "project")
        text = office.migration.read_text()
        office.migration.write_text(text.replace("dns:\n", f"dns:\n{RECORDS}", 1))
        yield office


def test_what_to_publish_and_what_stays(office):
    """Old and new values side by side, zone lines to paste, and text of others untouched."""
    said = office.run("records", ends=ExitCode.NO_GO)
    told = {
        r["type"]: r
        for r in office.run("records", "--json", ends=ExitCode.NO_GO).json["records"]
    }

    assert "+ 10 mx1.newhost.example." in said.out
    assert "- 10 mx1.oldhost.example." in said.out
    assert f"{DOMAIN}. 300 IN MX 10 mx1.newhost.example." in said.out
    assert told["TXT"]["added"] == ['"v=spf1 ip4:192.0.2.26 -all"']
    assert len(told["TXT"]["removed"]) == 1
    assert '"site-verification=1"' in told["TXT"]["after"]["values"]


def test_published_is_told_and_silence_is_not_absence(office):
    """Published: exit 0. A name server that says nothing: exit 3."""
    office.lab.switch_mx()
    values = ['"site-verification=1"', '"v=spf1 ip4:192.0.2.26 -all"']
    office.lab.set_rrset(DOMAIN, "TXT", 300, values)
    assert "ok  lindenhof.example MX is published" in office.run("records").out

    office.lab.break_dns(office.lab.ns2, "refused")
    assert "refused" in office.run("records", ends=ExitCode.CANNOT_TELL).out
