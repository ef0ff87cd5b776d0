"""The clock of a migration, as an admin meets it: observe, schedule, and the gate that waits."""

from __future__ import annotations

import defusedxml.ElementTree as Xml
import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from migrate_mail.lab.scene_zones import DOMAIN, POLICY, POLICY_HOST, POLICY_PATH
from support.office import open_office

DAY = 86_400


@pytest.fixture
def office(tmp_path):
    """A company whose MX records have a TTL of a day."""
    with scene(ttl=DAY) as company:
        yield open_office(company, tmp_path / "project")


def test_from_a_high_ttl_to_the_moment(office):
    """Not lowered: not before tomorrow and only if. Lowered: the moment, the record, the reason, a calendar."""
    assert office.run("schedule", ends=ExitCode.USAGE).err.count("migrate-mail observe") == 1
    assert office.run("observe").out == ""
    high = office.run("schedule", ends=ExitCode.NO_GO).out
    assert "only if this is mended now" in high
    assert f"its TTL is {DAY} s" in high

    office.lab.lower_ttl(300)
    office.run("observe")
    files = ("--ics", "cutover.ics", "--svg", "timeline.svg")
    low = office.run("schedule", *files, ends=ExitCode.NO_GO).out
    told = office.run("schedule", "--json", ends=ExitCode.NO_GO).json["domains"][0]

    assert "earliest" in low
    assert f"seen with TTL {DAY} s until" in low
    assert (told["word"], told["terms"][0]["rtype"]) == ("known", "MX")
    assert told["after"]["switch"] == told["earliest"]
    text = (office.migration.parent / "cutover.ics").read_text()
    assert text.count("BEGIN:VEVENT") == 3
    picture = Xml.parse(office.migration.parent / "timeline.svg").getroot()
    assert "safe from" in picture.attrib["aria-label"]
    assert [
        r for r in picture.iter("{http://www.w3.org/2000/svg}rect") if int(r.attrib["width"])
    ]


def test_keys_of_the_zone_above_and_selectors_are_among_the_terms(office):
    """DS at the zone above, DKIM selectors of new: what changes there has its time, too."""
    office.run("observe")
    told = office.run("schedule", "--json", ends=ExitCode.NO_GO).json["domains"][0]
    named = {(t["name"], t["rtype"]) for t in told["terms"]}
    assert ("lindenhof.example", "DS") in named
    assert ("s2026._domainkey.lindenhof.example", "TXT") in named


def test_how_long_the_policy_of_before_may_be_held(office):
    """A policy that changed: senders that never ask anew hold the old one for its max_age."""
    office.run("preflight", "--only", "mta-sts-order", ends=ExitCode.NO_GO)
    office.lab.serve(POLICY_HOST, POLICY_PATH, POLICY.replace("604800", "86400"))
    office.lab.set_rrset(f"_mta-sts.{DOMAIN}", "TXT", 300, ['"v=STSv1; id=2"'])
    office.run("preflight", "--only", "mta-sts-order", "--fresh", ends=ExitCode.NO_GO)
    office.run("observe")
    said = office.run("schedule", ends=ExitCode.NO_GO).out
    assert "may hold the MTA-STS policy of before until" in said
    assert "max_age 604800 s" in said


def test_the_gate_waits(office):
    """With builtin:clock a switch before the moment is a NO-GO that names the moment; without it nothing changes."""
    text = office.migration.read_text()
    office.run("observe")
    office.lab.lower_ttl(300)
    wanted = '["builtin:core", "builtin:clock"]'
    office.migration.write_text(text.replace('["builtin:core"]', wanted))

    said = office.run("preflight", "--json", "--only", "late-enough", ends=ExitCode.NO_GO)

    assert "SCHEDULE_LATER" in said.out or "not before" in said.out


def test_a_low_ttl_is_safe_at_once(tmp_path):
    """What was low from the first look on binds nothing; what was before nobody knows, and the text says so."""
    with scene() as company:
        office = open_office(company, tmp_path / "project")
        office.run("observe")
        said = office.run("schedule").out
    assert "safe now" in said
    assert "unchanged since it was first seen" in said


def test_a_silent_name_server_is_named_and_the_rest_kept(office):
    """One of two name servers says nothing: exit 3, its name on stderr, and the other is written down."""
    office.lab.break_dns(office.lab.ns2, "refused")
    said = office.run("observe", "--json", ends=ExitCode.CANNOT_TELL)
    assert "refused" in said.err
    assert said.json["served"]
    assert said.json["silent"]


def test_after_the_switch_it_is_about_the_switch(tmp_path):
    """Until when caches hold the old MX, and when old may go; taken back, it speaks of the next again."""
    with scene() as company:
        office = open_office(company, tmp_path / "project")
        office.sign()
        office.run("sync")
        office.run("preflight")
        office.run("cutover", "--yes")
        office.run("observe")
        said = office.run("schedule", ends=ExitCode.NO_GO).out
        told = office.run("schedule", "--json", ends=ExitCode.NO_GO).json["domains"][0]
        office.run("rollback", "--apply", "--yes")
        back = office.run("schedule", "--json", ends=None).json["domains"][0]
    assert said.startswith(f"{DOMAIN}: switched ")
    assert "everyone has by" in said
    assert "old off not before" in said
    assert told["switched_at"] == told["after"]["switch"]
    assert told["after"]["everyone"] > told["switched_at"]
    assert back["switched_at"] is None
