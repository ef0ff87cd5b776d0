"""What is served of a domain, written down as a whole for the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from migrate_mail.dns_changes.model import RRset
from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes, by_tag

CHECK = "dns.snapshot"


def _stored(eyes: Eyes) -> dict[tuple[str, str], RRset]:
    """Return the RRsets of the last snapshot."""
    rrsets = [RRset.from_data(data) for data in eyes.journal.served[-1].rrsets]
    return {(r.name.rstrip("."), r.rtype): r for r in rrsets}


def test_the_known_names_are_stored_with_their_ttls(lab: Company, eyes: Eyes):
    """Without AXFR: the records of mail, of mail programs, of MX hosts, of subdomains; and it is said."""
    domain = lab.domain
    lab.set_rrset(f"lists.{domain}", "MX", 7200, ["10 mx1.oldhost.example."])
    lab.set_rrset(f"webmail.{domain}", "CNAME", 600, ["panel.oldhost.example."])
    lab.set_rrset(f"intranet.{domain}", "A", 600, ["192.0.2.77"])
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("SNAPSHOT_STORED", Outcome.PASS)
    assert found.args["what"] == "the names that a mail domain has"
    assert all("REFUSED" in line for line in found.evidence)
    stored = _stored(eyes)
    ttl, values = lab.rrset(domain, "MX")
    assert (stored[domain, "MX"].ttl, list(stored[domain, "MX"].values)) == (ttl, values)
    assert stored[f"lists.{domain}", "MX"].ttl == 7200
    alias = stored[f"webmail.{domain}", "CNAME"]
    assert (alias.ttl, alias.values) == (600, ("panel.oldhost.example.",))
    assert {
        (domain, "SOA"),
        (domain, "NS"),
        (domain, "TXT"),
        (f"_dmarc.{domain}", "TXT"),
    } <= stored.keys()
    assert ("mx1.newhost.example", "A") in stored
    assert (f"intranet.{domain}", "A") not in stored
    assert not eyes.journal.served[-1].whole


def test_a_zone_that_is_handed_out_is_stored_as_a_whole(lab: Company, eyes: Eyes):
    """Names that nobody could guess are in it, and the MX hosts of other zones too."""
    lab.set_rrset(f"intranet.{lab.domain}", "A", 600, ["192.0.2.77"])
    lab.authority.hand_out(lab.domain)
    [found] = eyes.see(CHECK)
    assert found.args["what"] == "the whole zone"
    assert eyes.journal.served[-1].whole
    stored = _stored(eyes)
    assert stored[f"intranet.{lab.domain}", "A"].values == ("192.0.2.77",)
    assert ("mx1.newhost.example", "A") in stored


def test_what_is_made_up_from_a_wildcard_is_not_stored(lab: Company, eyes: Eyes):
    """The wildcard itself is; the names that it answers for are not."""
    lab.set_rrset(f"*.{lab.domain}", "MX", 600, ["10 mx1.oldhost.example."])
    eyes.see(CHECK)
    assert (f"*.{lab.domain}", "MX") in _stored(eyes)
    assert (f"lists.{lab.domain}", "MX") not in _stored(eyes)


def test_only_what_is_new_is_stored(lab: Company, eyes: Eyes):
    """The same again is one snapshot, with its first time; a change makes another."""
    first = eyes.see(CHECK)[0].args["since"]
    hour = timedelta(hours=1)
    context = replace(eyes.context, clock=lambda: eyes.context.clock() + hour)
    later = replace(eyes, context=context)
    assert later.see(CHECK)[0].args["since"] == first
    lab.set_rrset(f"_dmarc.{lab.domain}", "TXT", 300, ['"v=DMARC1; p=none"'])
    assert later.see(CHECK)[0].args["since"] != first
    assert len(eyes.journal.served) == 2


@pytest.mark.parametrize("fault", ["timeout", "servfail"])
def test_a_silent_name_server_is_unknown(lab: Company, eyes: Eyes, fault):
    """It is named once for each zone; what the others say is stored all the same, for it is whole."""
    lab.break_dns(lab.ns2, fault)
    *silent, stored = eyes.see(CHECK)
    assert {(f.tag, f.outcome) for f in silent} == {("SNAPSHOT_SILENT", Outcome.UNKNOWN)}
    assert sorted(f.vantage.split(" ")[0] for f in silent) == [
        "ns2.newhost.example",
        "ns2.oldhost.example",
    ]
    assert stored.tag == "SNAPSHOT_STORED"
    assert (lab.domain, "MX") in _stored(eyes)


def test_name_servers_that_differ_have_no_state_to_go_back_to(lab: Company, eyes: Eyes):
    """Nothing is stored, and the RRset is named."""
    lab.break_dns(lab.ns2, "stale")
    lab.set_rrset(f"_dmarc.{lab.domain}", "TXT", 300, ['"v=DMARC1; p=none"'])
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("SNAPSHOT_DIFFERS", Outcome.FAIL)
    assert found.args["name"] == f"_dmarc.{lab.domain}. TXT"
    assert eyes.journal.served == []


def test_a_name_that_nobody_tells_leaves_no_snapshot(lab: Company, eyes: Eyes):
    """With every name server of a zone silent nothing is known, so nothing is stored."""
    eyes.see("dns.servers")  # the zone is found before its servers go
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "refused")
    found = eyes.see(CHECK)
    assert {f.outcome for f in found} == {Outcome.UNKNOWN}
    assert by_tag(found, "SNAPSHOT_NOT_READ") or by_tag(found, "COULD_NOT_LOOK")
    assert eyes.journal.served == []
