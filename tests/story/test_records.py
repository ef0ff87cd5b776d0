"""What is to be published, ready to paste."""

from __future__ import annotations

import dns.zone
import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from migrate_mail.state.store import Store
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


def test_what_was_served_before_the_switch_can_be_put_back(office):
    """The snapshot is a zone file that a name server reads; after the switch it still is that of before."""
    none = office.run("records", "--snapshot", ends=ExitCode.USAGE)
    office.lab.set_rrset(DOMAIN, "CAA", 600, ['0 issue "ca.example"'])
    before = office.mx()
    office.run("preflight", "--only", "snapshot", ends=None)
    office.lab.switch_mx()
    with Store.open(office.state, command="test") as store:
        number = store.plan_dns_change(
            kind="switch", domain=DOMAIN, driver="manual", change={}, inverse={}
        )
        store.dns_event(number, "read-back", "")
    office.run("preflight", "--only", "snapshot", ends=None)

    text = office.run("records", "--snapshot").out
    told = office.run("records", "--snapshot", "--json").json["snapshots"]

    zone = dns.zone.from_text(text, origin=DOMAIN, relativize=False)
    mx = zone.get_rdataset(f"{DOMAIN}.", "MX")
    assert (mx.ttl, [str(r) for r in mx]) == before
    assert zone.get_rdataset(f"{DOMAIN}.", "CAA").ttl == 600
    assert "not the whole zone" in text
    assert "; mx1.newhost.example. 3600 IN A" in text
    assert [(one["domain"], one["whole"]) for one in told] == [(DOMAIN, False)]
    assert "no state file" in none.error
    with office.read() as store:
        assert len(store.snapshots(DOMAIN)) == 2
        assert store.chain().faults == ()
    assert office.run("state", "verify").out.startswith("whole: ")
