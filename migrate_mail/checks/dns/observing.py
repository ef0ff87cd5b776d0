"""Looking at RRsets for the TTL journal: what each authority serves, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from migrate_mail.errors import NetError
from migrate_mail.finding import Clock
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.cuts import DELEGATION_TYPE
from migrate_mail.timeline.schedule import Wanted

AT_A_TIME = 4
"""RRsets that are asked for side by side: name servers are not stormed."""


@dataclass(frozen=True, slots=True)
class Silent:
    """An RRset of which a name server, or its whole zone, told nothing."""

    name: str
    rtype: str
    reason: str


def observed(answer: DnsAnswer, clock: Clock) -> TtlObservation:
    """Return what one authority served. Of an absence the TTL is the negative one (RFC 2308)."""
    return TtlObservation(
        name=answer.name,
        rtype=answer.rtype,
        ttl=answer.ttl,
        value=" | ".join(answer.records),
        server=str(answer.server),
        at=answer.at or clock(),
    )


def observe(
    dns: Dns, wanted: Iterable[Wanted], clock: Clock
) -> tuple[list[TtlObservation], list[Silent]]:
    """Ask every authority for every RRset; return what was served, and where nothing was told."""

    def ask(one: Wanted) -> Sequence[DnsAnswer] | Silent:
        try:
            if one.above:
                return _above(dns, one)
            return dns.authorities(one.name, one.rtype, published=not one.optional)
        except NetError as error:
            return Silent(one.name, one.rtype, error.text)

    served: list[TtlObservation] = []
    silent: list[Silent] = []
    asked = list(wanted)
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        for one, found in zip(asked, pool.map(ask, asked), strict=True):
            if isinstance(found, Silent):
                silent.append(found)
                continue
            served += [observed(a, clock) for a in found if not a.silent]
            silent += [
                Silent(one.name, one.rtype, f"{a.server}: {a.status} {a.text}".strip())
                for a in found
                if a.silent
            ]
    return served, silent


def _above(dns: Dns, one: Wanted) -> list[DnsAnswer]:
    """Ask the zone above about the zone that a name is in; NS records come as a referral."""
    apex = dns.zone_of(one.name, published=True).apex
    asked = "NS" if one.rtype == DELEGATION_TYPE else one.rtype
    return [
        replace(
            answer, name=one.name, rtype=one.rtype, records=answer.delegates or answer.records
        )
        for answer in dns.at_parent(apex, asked)
    ]
