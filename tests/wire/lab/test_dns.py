"""The lab's name servers answer as real ones do, and fail as real ones do."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from migrate_mail.lab.company import Company
from migrate_mail.lab.dns import NameServer

ZONE = """\
$TTL 60
@ IN SOA ns1.oldhost.example. hostmaster 7 7200 900 1209600 30
@ IN NS ns1.oldhost.example.
www IN CNAME host
host IN A 127.0.0.7
far IN CNAME mx1.oldhost.example.
loop IN CNAME pool
pool IN CNAME loop
*.wild IN A 127.0.0.8
a.b.deep IN A 127.0.0.9
big IN TXT "{0}" "{0}" "{0}" "{0}" "{0}" "{0}" "{0}"
""".format("x" * 250)


def ask(
    server: NameServer, name: str, rtype: str = "A", *, timeout: float = 3
) -> dns.message.Message:
    """Ask one server over UDP, without recursion."""
    query = dns.message.make_query(name, rtype)
    query.flags &= ~dns.flags.RD
    return dns.query.udp(query, "127.0.0.1", port=server.port, timeout=timeout)


def values(reply: dns.message.Message) -> list[str]:
    """Return the rdata of the answer section, with what they belong to."""
    return [rdata.to_text() for rrset in reply.answer for rdata in rrset]


@pytest.fixture
def server(lab: Company) -> NameServer:
    """Give a name server with an extra zone of hard cases."""
    lab.add_zone("hard.example", ZONE)
    return lab.ns1


def test_both_name_servers_speak_with_authority(lab: Company) -> None:
    """Each name server gives the MX RRset with AA and its full TTL."""
    for server in (lab.ns1, lab.ns2):
        reply = ask(server, "lindenhof.example", "MX")

        assert reply.flags & dns.flags.AA
        assert not reply.flags & dns.flags.RA
        assert reply.answer[0].ttl == 300
        assert values(reply) == ["10 mx1.oldhost.example."]


def test_names_are_compared_without_case(server: NameServer) -> None:
    """A question in mixed case finds the record."""
    assert values(ask(server, "HoSt.Hard.Example")) == ["127.0.0.7"]


def test_alias_is_followed_inside_the_zone(server: NameServer) -> None:
    """A CNAME comes with the address behind it."""
    assert values(ask(server, "www.hard.example")) == ["host.hard.example.", "127.0.0.7"]


def test_alias_out_of_the_zone_is_left_to_the_client(server: NameServer) -> None:
    """A CNAME into another zone comes alone."""
    assert values(ask(server, "far.hard.example")) == ["mx1.oldhost.example."]


def test_alias_loop_ends(server: NameServer) -> None:
    """Two aliases for each other do not hang the server."""
    assert set(values(ask(server, "loop.hard.example"))) == {
        "loop.hard.example.",
        "pool.hard.example.",
    }


def test_asking_for_the_alias_itself_gives_the_alias(server: NameServer) -> None:
    """A CNAME question is answered with the CNAME only."""
    assert values(ask(server, "www.hard.example", "CNAME")) == ["host.hard.example."]


@pytest.mark.parametrize(
    ("name", "rtype", "rcode"),
    [
        ("nobody.hard.example", "A", dns.rcode.NXDOMAIN),
        ("host.hard.example", "MX", dns.rcode.NOERROR),
        ("deep.hard.example", "A", dns.rcode.NOERROR),
        ("b.deep.hard.example", "A", dns.rcode.NOERROR),
        ("wild.hard.example", "A", dns.rcode.NOERROR),
    ],
    ids=["nxdomain", "nodata", "empty-non-terminal", "deeper", "above-wildcard"],
)
def test_no_comes_with_the_soa(
    server: NameServer, name: str, rtype: str, rcode: dns.rcode.Rcode
) -> None:
    """A denial has the right rcode and the SOA whose TTL bounds its memory (RFC 2308)."""
    reply = ask(server, name, rtype)

    assert reply.rcode() == rcode
    assert reply.answer == []
    assert [(r.rdtype, r.ttl) for r in reply.authority] == [(dns.rdatatype.SOA, 30)]


def test_wildcard_answers_for_names_that_are_not_there(server: NameServer) -> None:
    """A wildcard gives its record under the name that was asked."""
    reply = ask(server, "any.thing.wild.hard.example")

    assert values(reply) == ["127.0.0.8"]
    assert reply.answer[0].name.to_text() == "any.thing.wild.hard.example."


def test_big_answer_goes_to_tcp(server: NameServer) -> None:
    """What does not fit a datagram is truncated there and whole over TCP."""
    query = dns.message.make_query("big.hard.example", "TXT")

    short = dns.query.udp(query, "127.0.0.1", port=server.port, timeout=3)
    whole = dns.query.tcp(query, "127.0.0.1", port=server.port, timeout=3)

    assert short.flags & dns.flags.TC
    assert short.answer == []
    assert len(values(whole)[0]) > 1700


def test_edns_makes_room(server: NameServer) -> None:
    """A client that takes 4096 bytes gets the big answer over UDP."""
    query = dns.message.make_query("big.hard.example", "TXT", use_edns=0, payload=4096)

    reply = dns.query.udp(query, "127.0.0.1", port=server.port, timeout=3)

    assert not reply.flags & dns.flags.TC
    assert values(reply)


def test_other_zones_are_refused(server: NameServer) -> None:
    """A zone that the server does not have is REFUSED, not denied."""
    assert ask(server, "www.elsewhere.test").rcode() == dns.rcode.REFUSED


def test_questions_are_remembered(lab: Company) -> None:
    """A test can prove what was asked of whom."""
    ask(lab.ns2, "lindenhof.example", "MX")

    assert [(q.name, q.rtype) for q in lab.ns2.asked] == [("lindenhof.example.", "MX")]
    assert lab.ns1.asked == []


def test_timeout_is_silence(lab: Company) -> None:
    """A server that times out says nothing while the other answers."""
    lab.break_dns(lab.ns1, "timeout")

    with pytest.raises(dns.exception.Timeout):
        ask(lab.ns1, "lindenhof.example", "MX", timeout=0.1)
    assert values(ask(lab.ns2, "lindenhof.example", "MX"))


@pytest.mark.parametrize(
    ("fault", "rcode"), [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED)]
)
def test_error_faults_have_their_rcode(
    lab: Company, fault: str, rcode: dns.rcode.Rcode
) -> None:
    """SERVFAIL and REFUSED are what the client sees."""
    lab.break_dns(lab.ns1, fault)

    assert ask(lab.ns1, "lindenhof.example", "MX").rcode() == rcode


def test_garbage_is_not_dns(lab: Company) -> None:
    """A server that talks nonsense cannot be parsed."""
    lab.break_dns(lab.ns1, "garbage")

    with pytest.raises(dns.exception.DNSException):
        ask(lab.ns1, "lindenhof.example", "MX", timeout=0.2)


def test_lame_server_answers_without_authority(lab: Company) -> None:
    """A lame server's answer has no AA."""
    lab.break_dns(lab.ns1, "lame")

    assert not ask(lab.ns1, "lindenhof.example", "MX").flags & dns.flags.AA


def test_stale_server_lags_until_mended(lab: Company) -> None:
    """A stale server goes on with the zones as they were when it broke."""
    lab.break_dns(lab.ns2, "stale")
    lab.switch_mx()

    assert values(ask(lab.ns1, "lindenhof.example", "MX")) == ["10 mx1.newhost.example."]
    assert values(ask(lab.ns2, "lindenhof.example", "MX")) == ["10 mx1.oldhost.example."]
    lab.mend_dns()
    assert values(ask(lab.ns2, "lindenhof.example", "MX")) == ["10 mx1.newhost.example."]
