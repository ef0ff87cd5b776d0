"""What a resolver remembers, and for how long, on a clock that can be moved."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

_ANY_TYPE = dns.rdatatype.ANY  # the key under which "no such name" holds for every type


@dataclass(frozen=True, slots=True)
class Memory:
    """An RRset, or the SOA that came with a denial, and when it is to be forgotten."""

    rrset: dns.rrset.RRset
    rcode: dns.rcode.Rcode
    expires: float


class Cache:
    """RRsets and denials with the time they have left."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._known: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], Memory] = {}
        self._denied: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], Memory] = {}

    def now(self) -> float:
        """Return the cache's time."""
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds

    def flush(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._denied.clear()

    def learn(self, rrset: dns.rrset.RRset) -> None:
        """Remember an RRset for its TTL."""
        owner = rrset.name.canonicalize()
        self._denied.pop((owner, rrset.rdtype), None)
        self._known[owner, rrset.rdtype] = Memory(
            rrset, dns.rcode.NOERROR, self.now() + rrset.ttl
        )

    def deny(
        self,
        name: dns.name.Name,
        rtype: dns.rdatatype.RdataType,
        rcode: dns.rcode.Rcode,
        soa: dns.rrset.RRset,
    ) -> None:
        """Remember that there is nothing (RFC 2308 section 5)."""
        kind = _ANY_TYPE if rcode == dns.rcode.NXDOMAIN else rtype
        self._denied[name, kind] = Memory(soa, rcode, self.now() + soa.ttl)

    def known(
        self, name: dns.name.Name, rtype: dns.rdatatype.RdataType
    ) -> dns.rrset.RRset | None:
        """Return the RRset with the TTL that remains of it."""
        return self._fresh(self._known.get((name, rtype)))

    def denial(
        self, name: dns.name.Name, rtype: dns.rdatatype.RdataType
    ) -> tuple[dns.rcode.Rcode, dns.rrset.RRset] | None:
        """Return the remembered "no" with its SOA."""
        for kind in (_ANY_TYPE, rtype):
            memory = self._denied.get((name, kind))
            soa = self._fresh(memory)
            if memory and soa:
                return memory.rcode, soa
        return None

    def _fresh(self, memory: Memory | None) -> dns.rrset.RRset | None:
        if memory is None or memory.expires <= self.now():
            return None
        left = math.ceil(memory.expires - self.now())
        return dns.rrset.from_rdata_list(memory.rrset.name, left, list(memory.rrset))
