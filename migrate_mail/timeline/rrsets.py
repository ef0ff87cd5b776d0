"""Which RRsets a migration's clock runs by. PURE."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.inventory.model import MigrationFile
from migrate_mail.timeline.cuts import DELEGATION_TYPE
from migrate_mail.timeline.schedule import Wanted

POLICY_TYPE = "MTA-STS"
"""What the journal calls a policy with the id that it was served under; its TTL is max_age."""
LOW = 300
"""Seconds: a TTL up to here is low, or up to the one with which we publish, if that is higher."""


def rrsets_of(spec: MigrationFile, domain: str) -> list[Wanted]:
    """Return what must have settled before the MX of a domain is switched, each RRset once."""
    return list(dict.fromkeys(_of(spec, domain.rstrip(".").lower())))


def delegation_of(domain: str) -> list[Wanted]:
    """Return what makes up the way to a zone: its NS records on both sides of the cut, and DS."""
    return [
        Wanted(domain, "NS"),
        Wanted(domain, DELEGATION_TYPE, above=True),
        Wanted(domain, "DS", above=True),
    ]


def _of(spec: MigrationFile, domain: str) -> Iterator[Wanted]:
    yield Wanted(domain, "MX", max_ttl=max(LOW, spec.dns.ttl))
    yield from delegation_of(domain)
    yield Wanted(domain, "TXT", optional=True)
    for label in ("_dmarc", "_mta-sts", "_smtp._tls"):
        yield Wanted(f"{label}.{domain}", "TXT", optional=True)
    for selector in spec.systems.new.sends.selectors:
        yield Wanted(f"{selector}._domainkey.{domain}", "TXT", optional=True)
    for mx in spec.systems.new.mx:
        host = mx.host.rstrip(".").lower()
        for rtype in ("A", "AAAA"):
            yield Wanted(host, rtype, optional=True)
        yield Wanted(f"_25._tcp.{host}", "TLSA", optional=True)
