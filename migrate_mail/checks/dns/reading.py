"""Reading many RRsets from every authority, once each, and what stood in the way."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from migrate_mail.checks.dns.observing import AT_A_TIME
from migrate_mail.checks.looking import as_zone
from migrate_mail.dns_changes.model import RRset
from migrate_mail.errors import NetError
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint

Key = tuple[str, str]
_DEAD = {"timeout", "unreachable"}


@dataclass(slots=True)
class Reading:
    """What was read. differ: RRsets of which name servers show versions, as lines.

    silent: by name server, what it did not tell. unread: by name, why no name server told.
    """

    rrsets: dict[Key, RRset] = field(default_factory=dict)
    differ: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    silent: dict[Endpoint, list[DnsAnswer]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """True when every RRset was told, and in one version."""
        return not (self.differ or self.unread)


def read(dns: Dns, names: Mapping[str, tuple[str, ...]]) -> Reading:
    """Ask every name server for every RRset; one that is dead is not asked again."""
    reading = Reading()
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        list(pool.map(lambda name: _name(dns, reading, name, names[name]), names))
    return reading


def _name(dns: Dns, reading: Reading, name: str, types: tuple[str, ...]) -> None:
    for rtype in types:
        spoken = _told(dns, reading, name, rtype)
        if any(a.cname for a in spoken):
            _take(reading, _told(dns, reading, name, "CNAME"))
            return
        _take(reading, spoken)
        if not spoken or all(a.status == "nxdomain" for a in spoken):
            return


def _told(dns: Dns, reading: Reading, name: str, rtype: str) -> list[DnsAnswer]:
    """Return the answers of those who speak; note the others."""
    dead = [
        s for s, said in list(reading.silent.items()) if any(a.status in _DEAD for a in said)
    ]
    try:
        answers = dns.authorities(name, rtype, but=dead)
    except NetError as error:
        reading.unread[name] = error.text
        return []
    spoken = [a for a in answers if not a.silent]
    for answer in answers:
        if answer.silent:
            reading.silent.setdefault(answer.server, []).append(answer)
    if not spoken:
        reading.unread[name] = "no name server of its zone answers"
    return spoken


def _take(reading: Reading, answers: list[DnsAnswer]) -> None:
    if not answers:
        return
    first = answers[0]
    key = (first.name, first.rtype)
    # Each provider of a zone counts its own serials: dns.servers tells who lags.
    if len({a.records for a in answers}) > 1 and first.rtype != "SOA":
        reading.differ[key] = tuple(
            f"{a.server}: {line}" for a in answers for line in as_zone(a)
        )
    if first.records:
        ttl = max(a.ttl or 0 for a in answers)
        reading.rrsets[key] = RRset(first.name, first.rtype, ttl, first.records)
