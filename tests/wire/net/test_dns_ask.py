"""One question to one DNS server: every kind of answer and of silence is told apart."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from migrate_mail.net.dns import Dns
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.routes import Routes
from wire.net.script import ScriptedDns

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _dns(**more):
    return Dns(
        resolvers=[],
        routes=Routes({}),
        clock=lambda: NOW,
        **{"timeout": 0.25, "tries": 2} | more,
    )


def _reply(query, *answer, rcode=0, aa=True, authority=(), tc=False):
    """Return a reply to a query; answer and authority are zone lines."""
    question = dns.message.from_wire(query)
    message = dns.message.make_response(question)
    message.flags |= dns.flags.AA if aa else 0
    message.flags |= dns.flags.TC if tc else 0
    message.set_rcode(rcode)
    for line in answer:
        message.answer.append(_rrset(line))
    for line in authority:
        message.authority.append(_rrset(line))
    return message.to_wire()


def _rrset(line):
    name, ttl, rtype, *values = line.split(" ", 3)
    return dns.rrset.from_text(name, int(ttl), "IN", rtype, *values[0].split("|"))


def _asked(answer, *, name="old.example", rtype="MX", tcp=None, **more):
    with ScriptedDns(answer, tcp) as server:
        return _dns(**more).ask(server.endpoint(), name, rtype)


def test_an_answer():
    """Records come sorted, absolute and lower-case, with TTL, authority and the time."""
    answer = _asked(
        lambda q: [_reply(q, "old.example. 3600 MX 20 Mx2.Old.Example.|10 mx1.old.example.")]
    )
    assert answer.status == "ok"
    assert answer.records == ("10 mx1.old.example.", "20 mx2.old.example.")
    assert (answer.ttl, answer.aa, answer.cname, answer.at) == (3600, True, None, NOW)
    assert (answer.name, answer.rtype, answer.server.host) == ("old.example", "MX", "ns.test")


def test_text_keeps_its_case():
    """TXT is no name: its case and its quotes stay."""
    line = 'old.example. 60 TXT "v=spf1 A:Mx"|"Other" "Two"'
    answer = _asked(lambda q: [_reply(q, line)], rtype="TXT")
    assert answer.records == ('"Other" "Two"', '"v=spf1 A:Mx"')


SOA = "old.example. 900 SOA ns.old.example. host.old.example. 1 2 3 4 300"
STATUSES = {
    "nodata": (lambda q: [_reply(q, authority=[SOA])], "nodata", 300),
    "nodata-without-soa": (lambda q: [_reply(q)], "nodata", None),
    "nxdomain": (lambda q: [_reply(q, rcode=dns.rcode.NXDOMAIN, authority=[SOA])], "nxdomain", 300),
    "servfail": (lambda q: [_reply(q, rcode=dns.rcode.SERVFAIL)], "servfail", None),
    "refused": (lambda q: [_reply(q, rcode=dns.rcode.REFUSED)], "refused", None),
    "notauth": (lambda q: [_reply(q, rcode=dns.rcode.NOTAUTH)], "refused", None),
    "notimp": (lambda q: [_reply(q, rcode=dns.rcode.NOTIMP)], "garbage", None),
    "silence": (lambda q: [], "timeout", None),
    "noise": (lambda q: [b"\x00\x01hello"], "garbage", None),
    "empty": (lambda q: [b""], "garbage", None),
    "half": (lambda q: [_reply(q, "old.example. 60 MX 10 mx1.old.example.")[:-9]], "garbage", None),
    "other-id": (lambda q: [b"\xff\xff" + _reply(q)[2:]], "garbage", None),
    "other-question": (lambda q: [_reply(q).replace(b"\x03old", b"\x03new")], "garbage", None),
    "echo": (lambda q: [q], "garbage", None),
    "loop": (
        lambda q: [_reply(q, "old.example. 60 CNAME a.example.", "a.example. 60 CNAME old.example.")],
        "garbage", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "status", "ttl"), STATUSES.values(), ids=STATUSES)
def test_statuses_are_kept_apart(answer, status, ttl):
    """Absence (with how long it may be believed) is never mixed up with silence."""
    patience = (
        0.25 if status in {"timeout", "garbage"} else 5.0
    )  # those wait for something better
    found = _asked(answer, tries=1, timeout=patience)
    assert (found.status, found.ttl, found.records) == (status, ttl, ())
    assert found.silent is (status not in ("nodata", "nxdomain"))
    assert found.text or status == "ok"


def test_a_forged_packet_does_not_hide_the_answer():
    """What does not fit the question is passed over, and the true answer is taken."""

    def answer(query):
        return [b"noise", b"\xff\xff" + query[2:], _reply(query, "old.example. 60 MX 10 mx.")]

    assert _asked(answer).records == ("10 mx.",)


def test_a_lost_packet_is_asked_again():
    """The second try gets the answer that the first did not."""
    seen: list[bytes] = []

    def answer(query):
        seen.append(query)
        return [_reply(query, "old.example. 60 MX 10 mx.")] if len(seen) == 2 else []

    assert _asked(answer).status == "ok"
    assert len(seen) == 2


def test_lame_servers_are_seen():
    """An answer without authority says so; a referral is no answer and tells where it points."""
    assert not _asked(lambda q: [_reply(q, "old.example. 60 MX 10 mx.", aa=False)]).aa
    found = _asked(lambda q: [_reply(q, aa=False, authority=["old.example. 60 NS ns.b."])])
    assert (found.status, found.aa) == ("nodata", False)
    assert "referral to the name servers of old.example." in found.text


def test_aliases_are_seen():
    """An alias gives its target, with the records behind it when they were sent; the TTL is the least."""
    lines = ("mx.old.example. 60 CNAME Real.example.", "real.example. 20 A 192.0.2.1")
    found = _asked(lambda q: [_reply(q, *lines)], name="mx.old.example", rtype="A")
    assert (found.status, found.cname, found.records, found.ttl) == (
        "ok", "real.example.", ("192.0.2.1",), 20
    )  # fmt: skip
    found = _asked(lambda q: [_reply(q, lines[0])], name="mx.old.example", rtype="A")
    assert (found.status, found.cname, found.records, found.ttl) == (
        "ok", "real.example.", (), 60
    )  # fmt: skip
    found = _asked(lambda q: [_reply(q, lines[0])], name="mx.old.example", rtype="CNAME")
    assert (found.cname, found.records) == ("real.example.", ("real.example.",))
    nowhere = {"rcode": dns.rcode.NXDOMAIN}
    found = _asked(lambda q: [_reply(q, lines[0], **nowhere)], name="mx.old.example", rtype="A")
    assert (found.status, found.cname) == ("nxdomain", "real.example.")


def test_authorities_are_asked_as_authorities():
    """Without recursion wanted; with an EDNS buffer that no network breaks up."""
    seen: list[dns.message.Message] = []

    def answer(query):
        seen.append(dns.message.from_wire(query))
        return [_reply(query)]

    with ScriptedDns(answer) as server:
        _dns().ask(server.endpoint(), "old.example", "MX")
        _dns().ask(server.endpoint(), "old.example", "MX", recurse=True)
    assert [bool(q.flags & dns.flags.RD) for q in seen] == [False, True]
    assert seen[0].payload == 1232


def test_a_cut_answer_is_fetched_over_tcp():
    """When UDP says that there is more, TCP brings it."""
    found = _asked(
        lambda q: [_reply(q, tc=True)],
        tcp=lambda q: _framed(_reply(q, "old.example. 60 MX 10 mx.")),
    )
    assert found.records == ("10 mx.",)


def _framed(wire, size=None):
    return (len(wire) if size is None else size).to_bytes(2, "big") + wire


TCP = {
    "nobody": (None, "unreachable"),
    "closes": (lambda q: b"", "garbage"),
    "half": (lambda q: _framed(b"abc", 200), "garbage"),
    "noise": (lambda q: _framed(b"abc"), "garbage"),
    "other-id": (lambda q: _framed(b"\xff\xff" + _reply(q)[2:]), "garbage"),
}


@pytest.mark.parametrize(("tcp", "status"), TCP.values(), ids=TCP)
def test_a_broken_tcp_side_is_silence(tcp, status):
    """A cut answer is not taken for the whole one when TCP does not work."""
    line = "old.example. 60 MX 10 mx."
    found = _asked(lambda q: [_reply(q, line, tc=True)], tcp=tcp, tries=1)
    assert (found.status, found.records) == (status, ())


def test_a_server_from_before_edns():
    """FORMERR to EDNS is asked again without it (RFC 6891 section 7)."""

    def answer(query):
        edns = dns.message.from_wire(query).edns >= 0
        return [
            _reply(query, rcode=dns.rcode.FORMERR)
            if edns
            else _reply(query, "old.example. 5 MX 1 a.")
        ]

    assert _asked(answer).records == ("1 a.",)


def test_nobody_listens():
    """A port where nobody listens is `unreachable`, at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    found = _dns(timeout=5).ask(Endpoint("ns.test", "127.0.0.1", port), "old.example", "MX")
    assert found.status == "unreachable"


def test_ipv6_servers():
    """A server is asked over IPv6 as well."""
    with ScriptedDns(lambda q: [_reply(q, "old.example. 60 MX 10 mx.")], host="::1") as server:
        assert _dns().ask(server.endpoint(), "old.example", "MX").status == "ok"


def test_names_beyond_ascii():
    """A name beyond ASCII is asked in IDNA; one that is no name is never asked."""
    seen: list[str] = []

    def answer(query):
        seen.append(dns.message.from_wire(query).question[0].name.to_text())
        return [_reply(query)]

    _asked(answer, name="bücher.example")
    assert seen == ["xn--bcher-kva.example."]
    found = _asked(answer, name="a..b")
    assert (found.status, len(seen)) == ("garbage", 1)
    assert "no domain name" in found.text
