"""What the DNS checks say of name servers that lag, lie or are silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from migrate_mail.net.dns import Dns
from migrate_mail.net.routes import Routes, split_host_port
from support.seeing import Eyes, by_tag, changed, open_eyes, tags

DOMAIN = "lindenhof.example"


def test_a_silent_name_server_is_unknown_and_costs_only_its_own_findings(
    lab: Company, eyes: Eyes
):
    """The other server's answer still counts, and the whole is not a pass."""
    lab.break_dns(lab.ns2, "timeout")
    findings = eyes.see("dns.servers")
    (silent,) = by_tag(findings, "NS_SILENT")
    assert silent.outcome is Outcome.UNKNOWN
    assert silent.vantage.startswith("ns2.oldhost.example")
    assert silent.args["status"] == "timeout"
    assert len(by_tag(findings, "NS_ANSWERS")) == 1
    assert by_tag(findings, "MX_AGREE")[0].args == {"answered": 1, "asked": 2}


@pytest.mark.parametrize("fault", ["servfail", "refused", "garbage"])
def test_a_name_server_that_gives_no_usable_answer_is_unknown(lab: Company, eyes: Eyes, fault):
    """SERVFAIL and REFUSED say nothing about the zone, and are neither pass nor fail."""
    lab.break_dns(lab.ns1, fault)
    (found,) = by_tag(eyes.see("dns.servers"), "NS_SILENT")
    assert (found.outcome, found.args["status"]) == (Outcome.UNKNOWN, fault)
    assert "dig @127.0.0.1" in found.fix


def test_a_lame_name_server_fails(lab: Company, eyes: Eyes):
    """A name server without authority over its own zone is to be taken out or set up."""
    lab.break_dns(lab.ns2, "lame")
    (lame,) = by_tag(eyes.see("dns.servers"), "NS_LAME")
    assert lame.outcome is Outcome.FAIL
    assert "ns2.oldhost.example" in lame.fix


def test_name_servers_that_disagree_fail_with_both_versions(lab: Company, eyes: Eyes):
    """A secondary that lags sends half of the mail to the old side; both answers are shown."""
    lab.break_dns(lab.ns2, "stale")
    lab.switch_mx()
    (found,) = by_tag(eyes.see("dns.servers"), "MX_DISAGREE")
    assert found.outcome is Outcome.FAIL
    assert found.args["versions"] == 2
    assert any("mx1.oldhost.example." in line for line in found.evidence)
    assert any("mx1.newhost.example." in line for line in found.evidence)


def test_a_serial_that_lags_only_informs(lab: Company, eyes: Eyes):
    """With equal MX records another serial is no fault: several providers number as they like."""
    lab.break_dns(lab.ns2, "stale")
    lab.set_rrset(
        DOMAIN, "SOA", 3600, ["ns1.oldhost.example. h.oldhost.example. 9 7200 900 1209600 300"]
    )
    findings = eyes.see("dns.servers")
    (differs,) = by_tag(findings, "NS_SERIALS_DIFFER")
    assert differs.outcome is Outcome.PASS
    assert by_tag(findings, "MX_AGREE")


def test_a_domain_without_mx_is_seen(lab: Company, eyes: Eyes):
    """That there is no MX record is an answer, too."""
    lab.set_rrset(DOMAIN, "MX", 0, [])
    assert "MX_ABSENT" in tags(eyes.see("dns.servers"))


def test_a_high_ttl_fails_with_records_to_paste_and_a_moment(lab: Company, eyes: Eyes):
    """The fix is the RRset with the lower TTL, and says how long to wait after."""
    lab.lower_ttl(86400)
    found = eyes.see("dns.ttl", max="5m")
    assert tags(found) == ["TTL_HIGH", "TTL_HIGH"]
    assert found[0].outcome is Outcome.FAIL
    assert f"{DOMAIN}. 300 IN MX 10 mx1.oldhost.example." in found[0].fix
    assert "wait 1d" in found[0].fix
    assert found[0].args["until"].endswith("UTC")


def test_a_ttl_at_the_limit_passes_and_one_above_fails(lab: Company, eyes: Eyes):
    """At most 300 s means 300 s."""
    lab.lower_ttl(300)
    assert eyes.outcome("dns.ttl", max="300s") is Outcome.PASS
    lab.lower_ttl(301)
    assert eyes.outcome("dns.ttl", max="300s") is Outcome.FAIL


def test_every_authority_is_asked_for_the_ttl(lab: Company, eyes: Eyes):
    """One server that still has the high TTL is enough to fail."""
    lab.lower_ttl(3600)
    lab.break_dns(lab.ns2, "stale")
    lab.lower_ttl(300)
    assert sorted(tags(eyes.see("dns.ttl"))) == ["TTL_HIGH", "TTL_LOWERED"]


def test_a_ttl_that_was_lowered_lately_says_how_long_the_old_one_lives(
    lab: Company, eyes: Eyes
):
    """Lowering does not reach caches: the pass says until when the higher TTL may live on."""
    lab.lower_ttl(86400)
    before = eyes.see("dns.ttl")[0]
    lab.lower_ttl(300)

    found = eyes.see("dns.ttl")

    assert tags(found) == ["TTL_LOWERED", "TTL_LOWERED"]
    assert found[0].args["until"][:16] == before.args["until"][:16]


def test_the_ttl_journal_gets_what_was_seen_and_nothing_else(lab: Company, eyes: Eyes):
    """A silent server is not written down as if it had said something."""
    lab.break_dns(lab.ns2, "timeout")
    findings = eyes.see("dns.ttl")
    assert sorted(tags(findings)) == ["TTL_LOW", "TTL_NOT_SEEN"]
    (seen,) = eyes.journal.ttls
    assert (seen.name, seen.rtype, seen.ttl) == (DOMAIN, "MX", 300)
    assert seen.server.startswith("ns1.oldhost.example")
    assert seen.value == "10 mx1.oldhost.example."


def test_the_addresses_of_mx_hosts_are_judged_when_asked(eyes: Eyes):
    """`mx-targets`: a host's own TTL delays a move of the host, and no AAAA is no finding."""
    found = eyes.see("dns.ttl", rrsets=["mx-targets"], max="5m")
    assert {(f.tag, f.subject) for f in found} == {("TTL_HIGH", "mx1.oldhost.example A")}


def test_before_the_switch_no_resolver_is_asked_for_new_names(lab: Company, eyes: Eyes):
    """What looks before the switch leaves no trace of the new names in the resolver's cache."""
    for name in ("mx.targets", "smtp.reach", "smtp.recipients", "mail.direct", "dns.ttl"):
        eyes.see(name)
    asked = {question.name for question in lab.resolver.asked}
    assert "newhost.example." in asked
    assert "mx1.newhost.example." not in asked


def test_the_wanted_mx_at_every_authority_passes(lab: Company, eyes: Eyes):
    """After the switch each name server is a pass of its own."""
    lab.switch_mx()
    found = eyes.see("dns.mx_published")
    assert tags(found) == ["MX_PUBLISHED", "MX_PUBLISHED"]


def test_a_name_server_that_lags_fails_with_the_records_to_publish(lab: Company, eyes: Eyes):
    """It is named, and what it should show can be pasted."""
    lab.break_dns(lab.ns2, "stale")
    lab.switch_mx()
    (found,) = by_tag(eyes.see("dns.mx_published"), "MX_NOT_PUBLISHED")
    assert found.vantage.startswith("ns2.oldhost.example")
    assert f"{DOMAIN}. 300 IN MX 10 mx1.newhost.example." in found.fix


def test_an_old_mx_left_beside_the_new_one_fails(lab: Company, eyes: Eyes):
    """A forgotten second MX keeps eating mail: the set must be equal."""
    lab.set_rrset(DOMAIN, "MX", 300, ["10 mx1.newhost.example.", "20 mx1.oldhost.example."])
    found = eyes.see("dns.mx_published")
    assert {f.tag for f in found} == {"MX_NOT_PUBLISHED"}
    assert found[0].args["extra"] == ("20 mx1.oldhost.example.",)


def test_another_preference_is_another_record(lab: Company, eyes: Eyes):
    """20 is not 10."""
    lab.set_rrset(DOMAIN, "MX", 300, ["20 mx1.newhost.example."])
    assert eyes.outcome("dns.mx_published") is Outcome.FAIL


def test_a_lame_server_with_the_right_records_does_not_pass(lab: Company, eyes: Eyes):
    """Whoever answers without authority may stop to know it any moment."""
    lab.switch_mx()
    lab.break_dns(lab.ns1, "lame")
    assert "MX_NOT_AUTHORITATIVE" in tags(eyes.see("dns.mx_published"))


def test_a_resolver_with_the_old_copy_is_behind_until_it_runs_out(lab: Company, eyes: Eyes):
    """Its remaining seconds are told; when they are over it shows the new records."""
    assert tags(eyes.see("dns.resolvers", system="old")) == ["RESOLVER_SHOWS"]
    lab.switch_mx()
    (found,) = eyes.see("dns.resolvers")
    assert (found.tag, found.outcome) == ("RESOLVER_BEHIND", Outcome.FAIL)
    assert 290 <= found.args["ttl"] <= 300
    assert f"wait {found.args['ttl']} s" in found.fix
    lab.advance(301)
    assert tags(eyes.see("dns.resolvers")) == ["RESOLVER_SHOWS"]


def test_a_resolver_that_cannot_say_is_unknown(lab: Company, eyes: Eyes):
    """SERVFAIL at a resolver is no sign of the switch."""
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "servfail")
    assert eyes.outcome("dns.resolvers") is Outcome.UNKNOWN


def test_a_change_of_name_servers_is_under_way_for_its_ttl(lab: Company, eyes: Eyes):
    """A low TTL of the MX does not help whom a cached delegation sends elsewhere."""
    assert tags(eyes.see("dns.delegation_in_flight")) == ["DELEGATION_SETTLED"]
    lab.set_rrset(DOMAIN, "NS", 3600, ["ns1.oldhost.example."])
    (found,) = eyes.see("dns.delegation_in_flight")
    assert (found.tag, found.outcome) == ("DELEGATION_IN_FLIGHT", Outcome.FAIL)
    assert "TTL 3600 s" in str(found.args["text"])
    assert str(found.args["at"]) in found.fix


def test_a_new_ds_record_is_under_way_for_the_negative_ttl(lab: Company, eyes: Eyes):
    """Caches believe for so long that the zone is not signed."""
    eyes.see("dns.delegation_in_flight")
    lab.set_rrset(DOMAIN, "DS", 3600, [f"1 13 2 {'ab' * 32}"])
    (found,) = eyes.see("dns.delegation_in_flight")
    assert (found.tag, found.args["rrset"]) == ("DELEGATION_IN_FLIGHT", f"{DOMAIN} DS")


def test_a_silent_zone_above_leaves_the_delegation_unknown(lab: Company, eyes: Eyes):
    """Nobody can tell whether name servers are being changed."""
    eyes.see("dns.delegation_in_flight")
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "servfail")
    assert eyes.outcome("dns.delegation_in_flight") is Outcome.UNKNOWN


def test_tlsa_records_must_have_reached_every_cache(lab: Company, eyes: Eyes):
    """Absent before: for the negative TTL; none at all: there is nothing to wait for."""
    assert tags(eyes.see("dane.timing")) == ["DANE_NONE"]
    name = "_25._tcp.mx1.newhost.example"
    lab.set_rrset(name, "TLSA", 3600, [f"3 1 1 {'ab' * 32}"])
    (found,) = eyes.see("dane.timing")
    assert (found.tag, found.outcome) == ("TLSA_TOO_YOUNG", Outcome.FAIL)
    assert "absent" in str(found.args["text"])


def test_tlsa_records_that_were_always_there_have_settled(lab: Company, eyes: Eyes):
    """What was there when we first looked is taken to be known to all."""
    lab.set_rrset("_25._tcp.mx1.newhost.example", "TLSA", 3600, [f"3 1 1 {'ab' * 32}"])
    assert tags(eyes.see("dane.timing")) == ["TLSA_SETTLED"]
    lab.break_dns(lab.ns2, "stale")
    lab.set_rrset("_25._tcp.mx1.newhost.example", "TLSA", 3600, [f"3 1 1 {'cd' * 32}"])
    assert tags(eyes.see("dane.timing")) == ["TLSA_DIVIDED"]


def test_an_address_without_route_costs_one_finding_and_no_other_check(project, lab: Company):
    """On a machine without IPv6 name servers are asked by IPv4, and only dns.servers tells what was not."""
    lab.set_rrset("ns9.oldhost.example", "A", 60, ["192.0.2.53"])
    lab.set_rrset("ns9.oldhost.example", "AAAA", 60, ["2001:db8::53"])
    lab.set_rrset(DOMAIN, "NS", 60, ["ns9.oldhost.example."])
    way = {"192.0.2.53:53": f"127.0.0.1:{lab.ns1.port}"}
    eyes = open_eyes(project, change=lambda i: changed(i, connect={**i.spec.connect, **way}))
    spec = eyes.inventory.spec
    asks = Dns(
        resolvers=[split_host_port(text, 53) for text in spec.resolvers],
        routes=Routes(spec.connect),
        has_route=lambda ip: ":" not in ip,
    )
    eyes = replace(eyes, context=replace(eyes.context, dns=asks))

    found = eyes.see("dns.servers")

    (left,) = by_tag(found, "NS_NOT_ASKED")
    assert (left.outcome, "2001:db8::53" in left.vantage) == (Outcome.UNKNOWN, True)
    assert {f.outcome for f in found if f is not left} == {Outcome.PASS}
    assert eyes.outcome("dns.ttl") is not Outcome.UNKNOWN
    assert eyes.outcome("dns.delegation_in_flight") is Outcome.PASS
