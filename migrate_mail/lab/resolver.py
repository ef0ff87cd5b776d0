"""A caching recursive resolver for the lab: asks the authorities over UDP, remembers, on a movable clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype

from migrate_mail.lab.cache import Cache
from migrate_mail.lab.dns import Question, Reply, refusal
from migrate_mail.lab.wire import DnsPort
from migrate_mail.lab.zones import Name, absolute

ResolverFault = Literal["timeout", "servfail", "refused", "garbage"]

_CHAIN = 8
_PATIENCE = 0.8
"""Seconds for one authority: much on loopback, but the machine may be busy."""


class _Unanswered(Exception):
    """No authority gave a usable answer: SERVFAIL for the client."""


class Resolver:
    """Answers from its cache, else from the authorities it was told of; all other names are REFUSED.

    It checks no signature: what it says of DNSSEC it was told with `vouch` and `doubt`.
    """

    def __init__(self, name: str = "resolver") -> None:
        self.name = name
        self.asked: list[Question] = []
        self.fault: ResolverFault | None = None
        self.cache = Cache()
        self.secure: set[Name] = set()
        self.bogus: set[Name] = set()
        self._authorities: dict[Name, list[int]] = {}
        self._port = DnsPort(self._respond)

    async def open(self) -> None:
        """Bind the port."""
        await self._port.open()

    def close(self) -> None:
        """Release the port."""
        self._port.close()

    @property
    def port(self) -> int:
        """The port number, UDP and TCP."""
        return self._port.port

    def vouch(self, *zones: str) -> None:
        """From now on say that these zones are signed and valid: AD for whoever asks for it."""
        self.secure |= {absolute(zone) for zone in zones}

    def doubt(self, *zones: str) -> None:
        """From now on refuse these zones as bogus: SERVFAIL unless checking is disabled."""
        self.bogus |= {absolute(zone) for zone in zones}

    def know(self, zones: Mapping[str, Sequence[int]]) -> None:
        """Learn which ports on 127.0.0.1 speak for which zone."""
        self._authorities |= {absolute(zone): list(ports) for zone, ports in zones.items()}

    async def _respond(self, wire: bytes) -> Reply:
        if self.fault == "timeout":
            return None
        if self.fault == "garbage":
            return wire[:2] + b"\xff\xfe this is not DNS"
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        return refusal(query, self.fault) or await self._answer(query)

    async def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        if query.opcode() != dns.opcode.QUERY or not query.question:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        question = query.question[0]
        name = question.name.canonicalize()
        self.asked.append(Question(name.to_text(), dns.rdatatype.to_text(question.rdtype)))
        if not self._servers(name):
            response.set_rcode(dns.rcode.REFUSED)
            return response
        if _below(name, self.bogus) and not query.flags & dns.flags.CD:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        if _below(name, self.secure) and query.flags & dns.flags.AD:
            response.flags |= dns.flags.AD  # RFC 6840 section 5.7
        try:
            await self._resolve(response, name, question.rdtype)
        except _Unanswered:
            response.set_rcode(dns.rcode.SERVFAIL)
            response.answer, response.authority = [], []
            response.flags &= ~dns.flags.AD
        return response

    async def _resolve(
        self, response: dns.message.Message, name: Name, rtype: dns.rdatatype.RdataType
    ) -> None:
        for _ in range(_CHAIN):
            if not self._from_cache(response, name, rtype):
                await self._fetch(name, rtype)
                self._from_cache(response, name, rtype)
            last = response.answer[-1] if response.answer else None
            if last is None or last.rdtype != dns.rdatatype.CNAME or rtype == last.rdtype:
                return
            if response.authority or last.name != name:
                return
            name = last[0].target.canonicalize()
        raise _Unanswered

    def _from_cache(
        self, response: dns.message.Message, name: Name, rtype: dns.rdatatype.RdataType
    ) -> bool:
        """Add what is remembered of a name; False when that is nothing."""
        found = self.cache.known(name, rtype) or self.cache.known(name, dns.rdatatype.CNAME)
        if found:
            response.answer.append(found)
            return True
        denied = self.cache.denial(name, rtype)
        if denied:
            response.set_rcode(denied[0])
            response.authority = [denied[1]]
        return denied is not None

    async def _fetch(self, name: Name, rtype: dns.rdatatype.RdataType) -> None:
        """Ask the authorities in turn until one gives a usable answer, and remember it."""
        servers = self._servers(name)
        for port in list(servers):
            reply = await _ask(port, name, rtype)
            if reply is None:
                servers.remove(port)  # the next question goes to the others first
                servers.append(port)
                continue
            owner = name
            for rrset in reply.answer:
                self.cache.learn(rrset)
                owner = _target(rrset, owner, rtype)
            soa = next((r for r in reply.authority if r.rdtype == dns.rdatatype.SOA), None)
            if soa is not None:
                self.cache.deny(owner, rtype, reply.rcode(), soa)
            return
        raise _Unanswered

    def _servers(self, name: Name) -> list[int]:
        """Return the ports that speak for the closest zone that we know."""
        while True:
            if name in self._authorities:
                return self._authorities[name]
            if name == dns.name.root:
                return []
            name = name.parent()


def _below(name: Name, zones: set[Name]) -> bool:
    return any(name.is_subdomain(zone) for zone in zones)


def _target(rrset: dns.rrset.RRset, owner: Name, rtype: dns.rdatatype.RdataType) -> Name:
    """Return the name that the rest of the answer is about."""
    if rrset.rdtype == dns.rdatatype.CNAME != rtype and rrset.name.canonicalize() == owner:
        target: Name = rrset[0].target.canonicalize()
        return target
    return owner


async def _ask(
    port: int, name: Name, rtype: dns.rdatatype.RdataType
) -> dns.message.Message | None:
    """Ask one authority; None for an answer that a resolver must not use: none, an error, a lame one."""
    query = dns.message.make_query(name, rtype, use_edns=0, payload=1232)
    query.flags &= ~dns.flags.RD
    try:
        reply, _ = await dns.asyncquery.udp_with_fallback(
            query, "127.0.0.1", port=port, timeout=_PATIENCE
        )
    except (dns.exception.DNSException, OSError, asyncio.IncompleteReadError):
        return None
    useful = reply.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
    return reply if useful and reply.flags & dns.flags.AA else None
