"""Authoritative name servers on loopback: the same zones on several ports, each with faults of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update

from migrate_mail.lab import tsig, update
from migrate_mail.lab.answer import answer, whole
from migrate_mail.lab.wire import DnsPort
from migrate_mail.lab.zones import Name, Zones

DnsFault = Literal[
    "timeout", "servfail", "refused", "garbage", "lame", "stale", "lose-reply", "swallow-update"
]
"""timeout: silence. lame: answers without AA. stale: goes on serving the zones as they were when
the fault was set. lose-reply: updates are made, the answer is not sent. swallow-update: NOERROR, but
nothing is changed."""

Reply = dns.message.Message | bytes | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a server was asked."""

    name: str
    rtype: str


@dataclass(slots=True)
class Authority:
    """What the name servers of one provider share: zones, keys, who may change what."""

    zones: Zones = field(default_factory=Zones)
    keys: dict[Name, dns.tsig.Key] = field(default_factory=dict)
    grants: dict[Name, Name] = field(default_factory=dict)
    open_zones: set[Name] = field(default_factory=set)

    def hand_out(self, origin: str) -> None:
        """Let everybody have a whole zone (AXFR)."""
        self.open_zones.add(dns.name.from_text(origin).canonicalize())

    def grant(self, origin: str, key: str, secret: str) -> None:
        """Let the bearer of a key (base64, hmac-sha256) change a zone."""
        name = dns.name.from_text(key).canonicalize()
        self.keys[name] = dns.tsig.Key(name, secret, "hmac-sha256")
        self.grants[dns.name.from_text(origin).canonicalize()] = name


class NameServer:
    """One listener of an authority."""

    def __init__(self, name: str, authority: Authority) -> None:
        self.name = name
        self.asked: list[Question] = []
        self.updates: list[dns.rcode.Rcode] = []
        self._authority = authority
        self._stale: Zones | None = None
        self._fault: DnsFault | None = None
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

    @property
    def fault(self) -> DnsFault | None:
        """What is wrong with this server at present."""
        return self._fault

    def set_fault(self, fault: DnsFault | None) -> None:
        """Break the server, or mend it with None. On the loop only."""
        self._fault = fault
        self._stale = self._authority.zones.frozen() if fault == "stale" else None

    async def _respond(self, wire: bytes) -> Reply:
        if self._fault == "timeout":
            return None
        if self._fault == "garbage":
            return wire[:2] + b"\xff\xfe this is not DNS"
        try:
            query = tsig.read(wire, self._authority.keys)
        except dns.exception.DNSException as error:
            return tsig.rejection(wire, error)
        return await self._reply(query)

    async def _reply(self, query: dns.message.Message) -> Reply:
        if isinstance(query, dns.update.UpdateMessage):
            return self._update(query)
        if query.question:
            question = query.question[0]
            rtype = dns.rdatatype.to_text(question.rdtype)
            self.asked.append(Question(question.name.to_text().lower(), rtype))
        broken = refusal(query, self._fault)
        if broken is not None or query.opcode() != dns.opcode.QUERY:
            return broken or _rcode(query, dns.rcode.NOTIMP)
        if query.question and query.question[0].rdtype == dns.rdatatype.AXFR:
            return self._transfer(query)
        response = answer(self._stale or self._authority.zones, query)
        if self._fault == "lame":
            response.flags &= ~dns.flags.AA
        return response

    def _transfer(self, query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name.canonicalize()
        zone = (self._stale or self._authority.zones).exact(name)
        if zone is None or name not in self._authority.open_zones:
            return _rcode(query, dns.rcode.REFUSED)
        return whole(zone, query)

    def _update(self, message: dns.update.UpdateMessage) -> Reply:
        rcode = update.judge(self._authority.zones, self._authority.grants, message)
        self.updates.append(rcode)
        broken = refusal(message, self._fault)
        if broken is not None:
            return broken
        if rcode == dns.rcode.NOERROR and self._fault != "swallow-update":
            update.apply(self._authority.zones, message)
        return None if self._fault == "lose-reply" else _rcode(message, rcode)


def refusal(query: dns.message.Message, fault: str | None) -> dns.message.Message | None:
    """Return SERVFAIL or REFUSED when that is the fault."""
    codes = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}
    return _rcode(query, codes[fault]) if fault in codes else None


def _rcode(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    return response
