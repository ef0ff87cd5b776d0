"""The lab's resolver remembers as long as it may, on a clock that tests move."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from migrate_mail.lab.company import Company

DOMAIN = "lindenhof.example"


def ask(lab: Company, name: str, rtype: str, *, timeout: float = 5) -> dns.message.Message:
    """Ask the resolver."""
    query = dns.message.make_query(name, rtype)
    return dns.query.udp(query, "127.0.0.1", port=lab.resolver.port, timeout=timeout)


def values(reply: dns.message.Message) -> list[str]:
    """Return the rdata of the answer section."""
    return [rdata.to_text() for rrset in reply.answer for rdata in rrset]


def test_answers_are_recursive(lab: Company) -> None:
    """The resolver offers recursion and claims no authority."""
    reply = ask(lab, DOMAIN, "MX")

    assert reply.flags & dns.flags.RA
    assert not reply.flags & dns.flags.AA
    assert values(reply) == ["10 mx1.oldhost.example."]


def test_memory_lasts_for_the_ttl(lab: Company) -> None:
    """A changed RRset is seen when the TTL of the old one has run out, and not before."""
    ask(lab, DOMAIN, "MX")
    lab.switch_mx()

    lab.advance(200)
    before = ask(lab, DOMAIN, "MX")
    lab.advance(101)
    after = ask(lab, DOMAIN, "MX")

    assert values(before) == ["10 mx1.oldhost.example."]
    assert 95 <= before.answer[0].ttl <= 100
    assert values(after) == ["10 mx1.newhost.example."]
    assert after.answer[0].ttl == 300


def test_memory_is_not_asked_for_twice(lab: Company) -> None:
    """What is in the cache is not asked of the authorities."""
    ask(lab, DOMAIN, "MX")
    asked = len(lab.ns1.asked)

    ask(lab, DOMAIN, "MX")

    assert len(lab.ns1.asked) == asked


@pytest.mark.parametrize(
    ("name", "rcode"),
    [(f"mail.{DOMAIN}", dns.rcode.NXDOMAIN), (f"www.{DOMAIN}", dns.rcode.NOERROR)],
    ids=["no-such-name", "no-such-type"],
)
def test_no_is_remembered_too(lab: Company, name: str, rcode: dns.rcode.Rcode) -> None:
    """A look-up before publication hides the record for the negative TTL (RFC 2308)."""
    first = ask(lab, name, "TXT")
    lab.set_rrset(name, "TXT", 60, ['"here"'])

    lab.advance(290)
    hidden = ask(lab, name, "TXT")
    lab.advance(11)
    seen = ask(lab, name, "TXT")

    assert first.rcode() == hidden.rcode() == rcode
    assert hidden.authority[0].ttl <= 10
    assert values(seen) == ['"here"']


def test_alias_is_followed_across_zones(lab: Company) -> None:
    """A CNAME into another zone comes with the address there."""
    lab.set_rrset(f"mail.{DOMAIN}", "CNAME", 60, ["mx1.newhost.example."])

    first, again = ask(lab, f"mail.{DOMAIN}", "A"), ask(lab, f"mail.{DOMAIN}", "A")

    assert values(first) == values(again) == ["mx1.newhost.example.", "192.0.2.26"]


def test_alias_to_nothing_says_so(lab: Company) -> None:
    """A CNAME to a name that does not exist is NXDOMAIN, with the alias shown."""
    lab.set_rrset(f"mail.{DOMAIN}", "CNAME", 60, ["nobody.newhost.example."])

    for reply in (ask(lab, f"mail.{DOMAIN}", "A"), ask(lab, f"mail.{DOMAIN}", "A")):
        assert reply.rcode() == dns.rcode.NXDOMAIN
        assert values(reply) == ["nobody.newhost.example."]


def test_alias_loop_is_servfail(lab: Company) -> None:
    """Aliases that lead nowhere end as SERVFAIL."""
    lab.set_rrset(f"a.{DOMAIN}", "CNAME", 60, [f"b.{DOMAIN}."])
    lab.set_rrset(f"b.{DOMAIN}", "CNAME", 60, [f"a.{DOMAIN}."])

    assert ask(lab, f"a.{DOMAIN}", "A").rcode() == dns.rcode.SERVFAIL


def test_apex_and_name_servers_can_be_found(lab: Company) -> None:
    """A client finds a zone's name servers and their addresses through the resolver."""
    servers = values(ask(lab, DOMAIN, "NS"))

    assert sorted(servers) == ["ns1.oldhost.example.", "ns2.oldhost.example."]
    assert values(ask(lab, "ns2.oldhost.example", "A")) == ["127.0.0.1"]
    assert ask(lab, f"www.{DOMAIN}", "NS").answer == []


def test_names_outside_the_lab_are_refused(lab: Company) -> None:
    """The resolver never looks beyond the lab."""
    assert ask(lab, "python.org", "A").rcode() == dns.rcode.REFUSED


def test_second_authority_helps_out(lab: Company) -> None:
    """When the first name server is silent, the second one is asked, and first the next time."""
    lab.break_dns(lab.ns1, "timeout")

    assert values(ask(lab, DOMAIN, "MX"))
    before = len(lab.ns2.asked)
    assert values(ask(lab, f"www.{DOMAIN}", "A"))
    assert len(lab.ns2.asked) == before + 1


@pytest.mark.parametrize("fault", ["servfail", "refused", "lame", "garbage"])
def test_no_usable_authority_is_servfail(lab: Company, fault: str) -> None:
    """When no authority gives a usable answer, the resolver says that it could not look."""
    lab.break_dns(lab.ns1, fault)
    lab.break_dns(lab.ns2, fault)

    assert ask(lab, DOMAIN, "MX").rcode() == dns.rcode.SERVFAIL


def test_broken_resolver(lab: Company) -> None:
    """The resolver itself can refuse, or say nothing."""
    lab.resolver.fault = "refused"
    assert ask(lab, DOMAIN, "MX").rcode() == dns.rcode.REFUSED

    lab.resolver.fault = "timeout"
    with pytest.raises(dns.exception.Timeout):
        ask(lab, DOMAIN, "MX", timeout=0.1)


def test_questions_are_remembered(lab: Company) -> None:
    """A test can prove that nobody asked for a name too early."""
    ask(lab, f"new.{DOMAIN}", "A")

    assert [(q.name, q.rtype) for q in lab.resolver.asked] == [(f"new.{DOMAIN}.", "A")]
