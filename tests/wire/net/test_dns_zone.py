"""Which zone holds a name, found without planting "no such name" in a resolver."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.dns import Dns
from migrate_mail.net.names import has_route
from migrate_mail.net.routes import Routes
from wire.net.script import ScriptedDns


class Table:
    """A DNS server that answers from a table of zone lines, and remembers what it was asked.

    Lines that start with `>` are referrals: NS of a zone below, without authority.
    """

    def __init__(self, apex, *lines):
        self.asked: list[tuple[str, str]] = []
        self._soa = f"{apex} 60 SOA ns. host. 1 2 3 4 300"
        self._rrsets = [
            _rrset(line) for line in [self._soa, *lines] if not line.startswith(">")
        ]
        self._cuts = [_rrset(line[1:]) for line in lines if line.startswith(">")]

    def __call__(self, wire):
        """Answer one query."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text().lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        reply = dns.message.make_response(query)
        cut = [c for c in self._cuts if question.name.is_subdomain(c.name)]
        if cut:
            reply.authority += cut
            return [reply.to_wire()]
        reply.flags |= dns.flags.AA
        mine = [r for r in self._rrsets if r.name == question.name]
        reply.answer += [r for r in mine if r.rdtype in (question.rdtype, dns.rdatatype.CNAME)]
        if not reply.answer:
            reply.authority.append(_rrset(self._soa))
        if not mine:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return [reply.to_wire()]


def _rrset(line):
    name, ttl, rtype, values = line.split(" ", 3)
    return dns.rrset.from_text(name, int(ttl), "IN", rtype, *values.split("|"))


@contextmanager
def _world(resolver, **zones):
    """Give a Dns with one resolver, and name servers `<key>.ns` that are reached by route."""
    with ExitStack() as stack:
        recursive = stack.enter_context(ScriptedDns(resolver))
        servers = {key: stack.enter_context(ScriptedDns(table)) for key, table in zones.items()}
        routes = {f"{key}.ns:53": f"127.0.0.1:{server.port}" for key, server in servers.items()}
        yield Dns(
            resolvers=[("127.0.0.1", recursive.port)],
            routes=Routes(routes),
            timeout=0.3,
            tries=1,
        )


PARENT = "new.example. 60 NS a.ns."


def test_an_unpublished_name_is_asked_of_nobody_but_its_zone():
    """A negative answer for a name that is to be published would stay in the resolver's cache."""
    resolver, zone = Table(".", PARENT), Table("new.example.", PARENT)
    with _world(resolver, a=zone) as dns_:
        (answer,) = dns_.authorities("mx9.new.example", "A")
    assert answer.status == "nxdomain"
    assert answer.server.host == "a.ns"
    assert ("mx9.new.example.", "A") in zone.asked
    assert resolver.asked == [("new.example.", "NS")]


def test_a_published_domain_may_be_asked():
    """For a domain that is known to exist the resolvers are asked for its own NS."""
    resolver = Table(".", PARENT)
    with _world(resolver, a=Table("new.example.", PARENT)) as dns_:
        assert dns_.zone_of("New.Example", published=True).apex == "new.example."
        assert dns_.zone_of("new.example.", published=True).servers[0].rerouted
    assert resolver.asked == [("new.example.", "NS")]


def test_a_name_deep_in_a_zone():
    """The walk goes up until the resolvers know a zone."""
    resolver = Table(".", PARENT)
    with _world(resolver, a=Table("new.example.", PARENT)) as dns_:
        assert dns_.zone_of("a.b.c.new.example").apex == "new.example."
    assert resolver.asked[0] == ("b.c.new.example.", "NS")


def test_a_delegated_name_is_followed_down():
    """A zone of its own below the parent is found by the parent's referral, not by a resolver."""
    resolver = Table(".", PARENT)
    parent = Table("new.example.", PARENT, ">mx.new.example. 60 NS b.ns.")
    child = Table("mx.new.example.", "mx.new.example. 60 A 192.0.2.9")
    with _world(resolver, a=parent, b=child) as dns_:
        (answer,) = dns_.authorities("mx.new.example", "A")
        assert dns_.zone_of("mx.new.example").apex == "mx.new.example."
    assert (answer.records, answer.aa) == (("192.0.2.9",), True)
    assert not [name for name, _ in resolver.asked if name.startswith("mx.")]


def test_parent_and_child_on_one_server():
    """When one server speaks for both there is no referral; the SOA tells the zone."""
    resolver = Table(".", PARENT)
    both = Table("mx.new.example.", "mx.new.example. 60 NS a.ns.")
    with _world(resolver, a=both) as dns_:
        assert dns_.zone_of("mx.new.example").apex == "mx.new.example."


def test_lame_name_servers_are_listed():
    """A name server without an address is named with the reason; the others are used."""
    resolver = Table(".", "new.example. 60 NS a.ns.|gone.example.")
    with _world(resolver, a=Table("new.example.")) as dns_:
        zone = dns_.zone_of("x.new.example")
    assert [s.host for s in zone.servers] == ["a.ns"]
    assert zone.lame == ("gone.example: A nxdomain, AAAA nxdomain",)


def test_only_lame_name_servers():
    """A zone without one reachable name server is an error, not an empty answer."""
    resolver = Table(".", "new.example. 60 NS gone.example.")
    with (
        _world(resolver) as dns_,
        pytest.raises(NetError, match=r"gone.example: A nxdomain") as caught,
    ):
        dns_.authorities("x.new.example", "MX")
    assert caught.value.kind == "dns"


@pytest.mark.parametrize("say", [lambda q: [], lambda q: [b"noise"]], ids=["silent", "noise"])
def test_silent_resolvers(say):
    """When no resolver answers, nothing is known: that is an error and not "no zone"."""
    with _world(say) as dns_, pytest.raises(NetError) as caught:
        dns_.zone_of("x.new.example")
    assert caught.value.kind == "dns"


def test_a_name_without_any_zone():
    """A name under a top level that does not exist has no zone."""
    with _world(Table(".")) as dns_, pytest.raises(NetError, match="no zone above it"):
        dns_.zone_of("mx.nowhere")


def test_every_authority_is_asked():
    """Each address of each name server gives an answer of its own, also the one that is down."""
    resolver = Table(".", "new.example. 60 NS a.ns.|b.ns.|c.ns.")
    one, two = (
        Table("new.example.", "new.example. 60 MX 1 x."),
        Table("new.example.", "new.example. 90 MX 1 y."),
    )
    with _world(resolver, a=one, b=two, c=lambda q: []) as dns_:
        answers = dns_.authorities("new.example", "MX", published=True)
    assert [(a.server.host, a.status, a.records, a.ttl) for a in answers] == [
        ("a.ns", "ok", ("1 x.",), 60), ("b.ns", "ok", ("1 y.",), 90), ("c.ns", "timeout", (), None),
    ]  # fmt: skip


def test_the_next_resolver_helps():
    """A resolver that is silent is passed over for the next."""
    with ScriptedDns(Table(".", PARENT)) as good, ScriptedDns(lambda q: []) as bad:
        dns_ = Dns(
            resolvers=[("127.0.0.1", bad.port), ("127.0.0.1", good.port)],
            routes=Routes({"a.ns:53": "127.0.0.1:1"}), timeout=0.2, tries=1,
        )  # fmt: skip
        assert dns_.zone_of("x.new.example").apex == "new.example."
        assert [a.status for a in dns_.resolvers("new.example", "NS")] == ["timeout", "ok"]


def test_addresses_follow_aliases():
    """An SMTP sender follows an alias, so we do; and the alias is told (RFC 2181 section 10.3)."""
    resolver = Table(".", PARENT)
    zone = Table(
        "new.example.",
        "mx.new.example. 60 CNAME real.new.example.",
        "real.new.example. 60 A 192.0.2.1|192.0.2.2",
        "real.new.example. 60 AAAA 2001:db8::1",
    )
    with _world(resolver, a=zone) as dns_:
        found = dns_.addresses("mx.new.example.", ask="authorities")
        endpoints = dns_.endpoints("mx.new.example", 25, ask="authorities")
    assert found.ips == ("192.0.2.1", "192.0.2.2", "2001:db8::1")
    assert (found.cname, found.silent) == ("real.new.example.", ())
    assert [(e.host, e.ip, e.port) for e in endpoints] == [
        ("mx.new.example", ip, 25) for ip in found.ips
    ]


def test_no_address_is_no_error():
    """A host without any address gives an empty list: that was seen."""
    with _world(Table(".", PARENT), a=Table("new.example.")) as dns_:
        assert dns_.endpoints("mx.new.example", 25, ask="authorities") == []


def test_an_alias_that_goes_round():
    """A circle of aliases ends, without an address."""
    zone = Table(
        "new.example.",
        "a.new.example. 9 CNAME b.new.example.",
        "b.new.example. 9 CNAME a.new.example.",
    )
    with _world(Table(".", PARENT), a=zone) as dns_:
        assert dns_.addresses("a.new.example", ask="authorities").ips == ()


def test_silent_authorities_are_an_error():
    """When nobody answered there may be an address: that is an error, not an empty list."""
    with (
        _world(Table(".", PARENT), a=lambda q: []) as dns_,
        pytest.raises(NetError, match="no answer") as caught,
    ):
        dns_.endpoints("mx.new.example", 25, ask="authorities")
    assert caught.value.kind == "dns"


def test_routes_need_no_dns():
    """A host that is in the `connect` table, or is an address, is dialled without asking anybody."""
    dns_ = Dns(resolvers=[], routes=Routes({"mx.example:25": "127.0.0.1:2525"}))
    (routed,) = dns_.endpoints("MX.example.", 25, ask="authorities")
    assert (routed.ip, routed.port, routed.rerouted) == ("127.0.0.1", 2525, True)
    (literal,) = dns_.endpoints("192.0.2.1", 25, ask="resolvers")
    assert (literal.ip, literal.rerouted) == ("192.0.2.1", False)


def _two_addresses(resolver_lines, has_route):
    """Look a zone up whose name server has an address of either family; only IPv4 leads anywhere."""
    resolver, zone = Table(".", PARENT, *resolver_lines), Table("new.example.", PARENT)
    with ScriptedDns(resolver) as recursive, ScriptedDns(zone) as server:
        dns_ = Dns(
            resolvers=[("127.0.0.1", recursive.port)],
            routes=Routes({"192.0.2.1:53": f"127.0.0.1:{server.port}"}),
            timeout=0.3,
            tries=1,
            has_route=has_route,
        )
        return dns_.zone_of("x.new.example"), dns_.authorities("x.new.example", "A")


def test_an_address_without_route_is_left_out_where_the_host_has_another():
    """A machine without IPv6 asks the same name server by IPv4, and the zone tells what was not asked."""
    lines = ("a.ns. 60 A 192.0.2.1", "a.ns. 60 AAAA 2001:db8::1")
    zone, answers = _two_addresses(lines, lambda ip: ":" not in ip)
    assert [s.ip for s in zone.servers] == ["127.0.0.1"]
    assert [s.ip for s in zone.unasked] == ["2001:db8::1"]
    assert [a.status for a in answers] == ["nxdomain"]


def test_the_only_address_is_asked_whatever_the_routes():
    """Nothing else would say what the host says: its silence stays unknown."""
    zone, answers = _two_addresses(("a.ns. 60 A 192.0.2.1",), lambda _: False)
    assert ([s.ip for s in zone.servers], zone.unasked) == (["127.0.0.1"], ())
    assert [a.status for a in answers] == ["nxdomain"]


def test_this_machine_has_a_route_to_itself_and_none_to_an_interface_that_is_not_there():
    """Nothing is sent to find that out."""
    assert has_route("127.0.0.1")
    assert not has_route("fe80::1%nosuchinterface")
