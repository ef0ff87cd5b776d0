"""The planned view of DNS against real name servers: plan first, else the live authorities."""

from __future__ import annotations

from pathlib import Path

from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.dns_changes.planned import NOBODY, plan_of
from migrate_mail.inventory.model import MigrationFile
from migrate_mail.inventory.record_settings import RecordSettings
from migrate_mail.lab.company import Company
from support.seeing import Eyes, changed, hurried, open_eyes

DOMAIN = "lindenhof.example"


def _record(name: str, rtype: str, *values: str) -> RecordSettings:
    return RecordSettings.model_validate({"name": name, "type": rtype, "values": list(values)})


def _planned(project: Path, *records: RecordSettings) -> Eyes:
    def change(inventory):
        dns = inventory.spec.dns.model_copy(update={"records": list(records)})
        return hurried(changed(inventory, dns=dns))

    return open_eyes(project, change=change)


def test_the_planned_mx_is_seen_before_it_is_published(lab: Company, project: Path):
    """The planned view shows the new MX, the live one the old, and the host's address is live in both."""
    eyes = _planned(project)
    planned, live = view_of(eyes.context, "planned"), view_of(eyes.context, "live")
    assert planned.look(DOMAIN, "MX").records == ("10 mx1.newhost.example.",)
    assert live.look(DOMAIN, "MX").records == ("10 mx1.oldhost.example.",)
    for view in (planned, live):
        assert view.look("mx1.newhost.example", "A").records == ("192.0.2.26",)
    assert planned.vantage(planned.look(DOMAIN, "MX")) == "the planned zone"
    assert live.vantage(live.look(DOMAIN, "MX")).startswith("ns")


def test_no_resolver_hears_of_a_name_that_is_not_published(lab: Company, project: Path):
    """Looking for unpublished names asks authorities only: no negative answer is planted."""
    eyes = _planned(project, _record(f"s9._domainkey.{DOMAIN}", "TXT", "v=DKIM1; p=AAAA"))
    view = view_of(eyes.context, "planned")
    found = view.look(f"s9._domainkey.{DOMAIN}", "TXT")
    assert found.records == ('"v=DKIM1; p=AAAA"',)
    assert found.server == NOBODY
    assert view.look(f"_dane-report.{DOMAIN}", "TXT").status == "nxdomain"
    lab.set_rrset(f"_dane-report.{DOMAIN}", "TXT", 300, ['"published later"'])
    assert eyes.context.dns.resolvers(f"_dane-report.{DOMAIN}", "TXT")[0].status == "ok"


def test_aliases_lead_through_plan_and_zone(lab: Company, project: Path):
    """A planned alias to a live name is followed, and a live alias to a planned one too."""
    lab.set_rrset(f"live.{DOMAIN}", "CNAME", 300, [f"planned.{DOMAIN}."])
    eyes = _planned(
        project,
        _record(f"mta-sts.{DOMAIN}", "CNAME", "gateway.newhost.example"),
        _record(f"planned.{DOMAIN}", "A", "192.0.2.7"),
        _record(f"loop.{DOMAIN}", "CNAME", f"loop.{DOMAIN}"),
    )
    view = view_of(eyes.context, "planned")
    alias = view.look(f"mta-sts.{DOMAIN}", "A")
    assert (alias.records, alias.cname) == (("192.0.2.26",), "gateway.newhost.example.")
    assert view.look(f"live.{DOMAIN}", "A").records == ("192.0.2.7",)
    assert view.look(f"loop.{DOMAIN}", "A").status == "garbage"


def test_one_dead_name_server_is_asked_once(lab: Company, project: Path):
    """The other one's answer counts, and the dead one costs its timeout a single time."""
    eyes = _planned(project)
    eyes.context.dns.zone_of(DOMAIN)
    lab.break_dns(lab.ns1, "timeout")
    view = View(eyes.context.dns, plan_of(eyes.inventory.spec))
    assert not view.look(DOMAIN, "TXT").silent
    first = lab.ns1
    lab.break_dns(first, None)
    assert view.look(f"www.{DOMAIN}", "A").server.host.startswith("ns2")


def test_servers_that_fail_give_silence_not_absence(lab: Company, project: Path):
    """SERVFAIL everywhere is a silent answer, in the shared RRset of the plan too."""
    eyes = _planned(project, _record(DOMAIN, "TXT", "v=spf1 mx -all"))
    eyes.context.dns.zone_of(DOMAIN)
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "servfail")
    view = view_of(eyes.context, "planned")
    assert view.look(DOMAIN, "TXT").status == "servfail"
    assert view.look(f"nothing.{DOMAIN}", "A").status == "servfail"


def test_planned_records_survive_reading(project: Path):
    """What is written in migration.yaml arrives as RRsets in one spelling."""
    text = project.read_text().replace(
        "  ttl: 300\n",
        "  ttl: 300\n  records:\n"
        f"    - {{name: {DOMAIN}, type: TXT, values: ['v=spf1 mx -all']}}\n"
        f"    - {{name: MTA-STS.{DOMAIN}, type: CNAME, ttl: 60, values: [Sts.Newhost.example]}}\n",
        1,
    )
    project.write_text(text)
    spec: MigrationFile = open_eyes(project).inventory.spec
    plan = plan_of(spec)
    assert plan.at(DOMAIN, "TXT").values == ('"v=spf1 mx -all"',)
    assert plan.at(f"mta-sts.{DOMAIN}", "CNAME").values == ("sts.newhost.example.",)
    assert plan.at(f"mta-sts.{DOMAIN}", "CNAME").ttl == 60
    assert plan.at(DOMAIN, "MX").values == ("10 mx1.newhost.example.",)
