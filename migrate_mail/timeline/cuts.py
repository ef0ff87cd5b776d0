"""Which name servers speak for a zone, by what the zone above was seen to say. PURE.

When a zone moves to other name servers, the ones before are asked no more. What they served last
must not count as what is served now; but who remembers the old delegation goes on asking them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from migrate_mail.state.records import TtlObservation

DELEGATION_TYPE = "delegation"
"""What the journal calls the NS records that the zone above serves (RFC 1034 section 4.2.1)."""
ABOVE = frozenset({DELEGATION_TYPE, "DS"})
"""What only the name servers of the zone above serve."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone cut. hosts: the name servers that were last seen to be delegated to.

    window: how long a cache may hold another set of name servers: the highest TTL with which NS
    records of the zone were seen, above the cut or below it. left: for each host that was
    delegated to before, the first look above that named it no more.
    """

    zone: str
    hosts: frozenset[str]
    window: timedelta
    left: Mapping[str, TtlObservation]
    latest: TtlObservation

    def holds(self, name: str) -> bool:
        """Tell whether a name is at or below the cut."""
        plain = bare(name)
        return plain == self.zone or plain.endswith(f".{self.zone}")

    def serves(self, server: str) -> bool:
        """Tell whether a server of the journal (`host [ip]:port`) is one of those delegated to."""
        return _host(server) in self.hosts

    def ended(self, server: str) -> TtlObservation:
        """Return the look above by which a server was delegated to no more, at the latest."""
        return self.left.get(_host(server), self.latest)


def cuts_of(journal: Iterable[TtlObservation]) -> tuple[Cut, ...]:
    """Return the zone cuts that a journal knows, the longest name first."""
    rows = [o for o in journal if o.rtype in {DELEGATION_TYPE, "NS"}]
    zones = {bare(o.name) for o in rows if o.rtype == DELEGATION_TYPE}
    found = (_cut(zone, [o for o in rows if bare(o.name) == zone]) for zone in zones)
    return tuple(sorted((c for c in found if c.hosts), key=lambda c: (-len(c.zone), c.zone)))


def bare(name: str) -> str:
    """Return a name as it is compared."""
    return name.rstrip(".").lower()


def _cut(zone: str, rows: Sequence[TtlObservation]) -> Cut:
    above = sorted((o for o in rows if o.rtype == DELEGATION_TYPE), key=lambda o: o.at)
    by_server = [[o for o in above if o.server == name] for name in {o.server for o in above}]
    hosts = frozenset(host for looks in by_server for host in _named(looks[-1]))
    ends = [end for looks in by_server for end in _ends(looks, above[-1])]
    left = {host: row for host, row in sorted(ends, key=lambda e: e[1].at) if host not in hosts}
    window = timedelta(seconds=max(o.ttl or 0 for o in rows))
    return Cut(zone, hosts, window, left, above[-1])


def _ends(
    looks: Sequence[TtlObservation], last: TtlObservation
) -> Iterator[tuple[str, TtlObservation]]:
    """Give each host with the look after each that named it, at one server of the zone above."""
    for row, after in zip(looks, [*looks[1:], last], strict=True):
        yield from ((host, after) for host in _named(row))


def _named(row: TtlObservation) -> frozenset[str]:
    return frozenset(bare(host) for host in row.value.split(" | ") if host)


def _host(server: str) -> str:
    return bare(server.partition(" ")[0])
