"""What DNS servers say, as plain values: facts, no opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from migrate_mail.net.facts import Endpoint

DnsStatus = Literal[
    "ok", "nodata", "nxdomain", "timeout", "unreachable", "servfail", "refused", "garbage"
]
DNS_SILENCE: frozenset[DnsStatus] = frozenset(
    {"timeout", "unreachable", "servfail", "refused", "garbage"}
)
"""The statuses that mean "could not look": nothing follows from them about the zone."""


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What one DNS server said to one question.

    records: rdata in presentation form, lower-cased names, sorted; empty unless status is `ok`.
    ttl: seconds, of the RRset as served (an authority's is the real one, a resolver's what remains);
    of an alias the least on the way; of an absence how long it may be believed (RFC 2308); of a
    referral that of the delegation.
    cname: the target when the name is an alias (records are then those behind it, if sent).
    aa: the server speaks with authority. at: when it answered. delegates: the name servers that a
    referral points to.
    """

    name: str
    rtype: str
    server: Endpoint
    status: DnsStatus
    records: tuple[str, ...] = ()
    ttl: int | None = None
    cname: str | None = None
    aa: bool = False
    at: datetime | None = None
    elapsed_ms: int = 0
    text: str = ""
    delegates: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        """True when the server gave no usable answer, so that nothing follows about the zone."""
        return self.status in DNS_SILENCE


@dataclass(frozen=True, slots=True)
class ServedRrset:
    """One RRset as a zone holds it. name: absolute, lower-case. records: as in DnsAnswer."""

    name: str
    rtype: str
    ttl: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A whole zone as one server handed it out, without signatures. text: why there is none."""

    apex: str
    server: Endpoint
    rrsets: tuple[ServedRrset, ...] = ()
    text: str = ""


Security = Literal["secure", "insecure", "bogus", "unknown"]
"""What a validating resolver makes of a name (RFC 4033 section 5)."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a resolver that we trust to validate says of a name. text: why, in words.

    server: the resolver; None when none is trusted.
    """

    name: str
    state: Security
    text: str
    server: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's apex and every address of its name servers.

    servers: one Endpoint for each name server address. lame: name servers whose address
    could not be found, as `name: reason`. unasked: addresses to which this machine has no route, of
    name servers that have another one.
    """

    apex: str
    servers: tuple[Endpoint, ...]
    lame: tuple[str, ...] = ()
    unasked: tuple[Endpoint, ...] = ()
