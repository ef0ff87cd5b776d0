"""From a DNS reply to a DnsAnswer: what the server said, with its silence kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.rrset

from migrate_mail.net.dns_facts import DnsAnswer, DnsStatus
from migrate_mail.net.dns_wire import PAYLOAD, NoAnswer, exchange, rcode_text
from migrate_mail.net.facts import Endpoint

_NAMES = {"MX", "NS", "CNAME", "DNAME", "PTR", "SRV", "SOA", "A", "AAAA"}
"""Types whose rdata holds names (or hex) only, so that it may be lower-cased."""

_STATUS: dict[dns.rcode.Rcode, DnsStatus] = {
    dns.rcode.NXDOMAIN: "nxdomain",
    dns.rcode.SERVFAIL: "servfail",
    dns.rcode.REFUSED: "refused",
    dns.rcode.NOTAUTH: "refused",
}


def absolute(name: str) -> str:
    """Return a name as the zone writes it: lower-case, dot at the end, IDNA; ValueError if illegal."""
    try:
        return dns.name.from_text(name).to_text().lower()
    except (dns.exception.DNSException, UnicodeError) as exc:
        raise ValueError(f"{name!r} is no domain name: {exc}") from exc


def look_up(
    server: Endpoint, name: str, rtype: str, *, recurse: bool, timeout: float, tries: int
) -> tuple[dns.message.Message | None, DnsAnswer]:
    """Ask one server; the reply is None when the answer is silence."""
    try:
        query = _query(name, rtype, recurse=recurse)
        reply = exchange(server, query, timeout=timeout, tries=tries)
        if reply.rcode() == dns.rcode.FORMERR and query.edns >= 0:
            # RFC 6891 section 7: a server from before EDNS says so in this way.
            query = _query(name, rtype, recurse=recurse, edns=False)
            reply = exchange(server, query, timeout=timeout, tries=tries)
        return reply, _judge(reply, server, name, rtype)
    except NoAnswer as exc:
        return None, DnsAnswer(name, rtype, server, exc.status, text=exc.text)
    except ValueError as exc:
        return None, DnsAnswer(name, rtype, server, "garbage", text=str(exc))


def _query(
    name: str, rtype: str, *, recurse: bool, edns: bool = True
) -> dns.message.QueryMessage:
    query = dns.message.make_query(
        absolute(name), rtype, use_edns=0 if edns else -1, payload=PAYLOAD
    )
    if not recurse:
        query.flags &= ~dns.flags.RD
    return query


def _judge(reply: dns.message.Message, server: Endpoint, name: str, rtype: str) -> DnsAnswer:
    status = _STATUS.get(
        reply.rcode(), "ok" if reply.rcode() == dns.rcode.NOERROR else "garbage"
    )
    aa = bool(reply.flags & dns.flags.AA)
    if status not in ("ok", "nxdomain"):
        return DnsAnswer(name, rtype, server, status, aa=aa, text=rcode_text(reply))
    assert isinstance(reply, dns.message.QueryMessage)
    try:
        chain = reply.resolve_chaining()
    except dns.exception.DNSException as exc:
        text = f"the answer contradicts itself: {exc}"
        return DnsAnswer(name, rtype, server, "garbage", aa=aa, text=text)
    aliases = list(chain.cnames)
    cut = _cut(reply)
    if chain.answer is None and not aliases and status == "ok":
        status = "nodata"
    return DnsAnswer(
        name, rtype, server, status,
        records=records_of(chain.answer or (aliases[-1] if aliases and rtype == "CNAME" else None)),
        ttl=int(cut.ttl) if cut else _ttl(chain.answer, aliases, chain.minimum_ttl, reply),
        cname=_alias(chain.answer, aliases, rtype),
        aa=aa,
        text=_remark(reply, status),
        delegates=records_of(cut),
    )  # fmt: skip


def records_of(rrset: dns.rdataset.Rdataset | None) -> tuple[str, ...]:
    """Return the rdata in presentation form, sorted; what are names in lower case."""
    if rrset is None:
        return ()
    lower = dns.rdatatype.to_text(rrset.rdtype) in _NAMES
    texts = (rdata.to_text() for rdata in rrset)
    return tuple(sorted(t.lower() if lower else t for t in texts))


def _ttl(
    answer: dns.rrset.RRset | None,
    aliases: list[dns.rrset.RRset],
    least: int,
    reply: dns.message.Message,
) -> int | None:
    if answer is not None and not aliases:
        return int(answer.ttl)
    if answer is not None or aliases:
        return min(int(r.ttl) for r in [*aliases, *([answer] if answer is not None else [])])
    has_soa = any(r.rdtype == dns.rdatatype.SOA for r in reply.authority)
    return int(least) if has_soa else None


def _alias(
    answer: dns.rrset.RRset | None, aliases: list[dns.rrset.RRset], rtype: str
) -> str | None:
    first = aliases[0] if aliases else (answer if rtype == "CNAME" else None)
    return None if first is None else first[0].to_text().lower()


def _remark(reply: dns.message.Message, status: DnsStatus) -> str:
    cut = referral(reply)
    if cut is not None:
        return f"a referral to the name servers of {cut[0]}"
    return "" if status == "ok" else rcode_text(reply)


def referral(reply: dns.message.Message) -> tuple[str, tuple[str, ...]] | None:
    """Return the zone below and its name servers when the reply only points there."""
    cut = _cut(reply)
    return (cut.name.to_text().lower(), records_of(cut)) if cut else None


def _cut(reply: dns.message.Message) -> dns.rrset.RRset | None:
    """Return the NS RRset of a referral."""
    if reply.answer or reply.flags & dns.flags.AA or reply.rcode() != dns.rcode.NOERROR:
        return None
    ours = (rrset for rrset in reply.authority if rrset.rdtype == dns.rdatatype.NS)
    return next(ours, None)


def soa_owner(reply: dns.message.Message) -> str | None:
    """Return the apex of the zone that an authority answered from, if it says so."""
    if not reply.flags & dns.flags.AA:
        return None
    for rrset in [*reply.answer, *reply.authority]:
        if rrset.rdtype == dns.rdatatype.SOA:
            return rrset.name.to_text().lower()
    return None


def stamped(answer: DnsAnswer, at: datetime, elapsed_ms: int) -> DnsAnswer:
    """Return the answer with when it came and how long it took."""
    return replace(answer, at=at, elapsed_ms=elapsed_ms)
