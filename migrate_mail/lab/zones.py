"""The zones that the lab's name servers serve: text in, RRsets out, serial kept."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import dns.name
import dns.node
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zone

Name = dns.name.Name


def absolute(name: str | Name) -> Name:
    """Return a name as absolute and lower-case."""
    parsed = dns.name.from_text(name) if isinstance(name, str) else name
    return parsed.canonicalize()


class Zones:
    """All zones of one set of name servers."""

    def __init__(self) -> None:
        self._zones: dict[Name, dns.zone.Zone] = {}

    def add(self, origin: str, text: str) -> None:
        """Add a zone from master file text; it must hold SOA and NS."""
        zone = dns.zone.from_text(text, origin=origin, relativize=False)
        self._zones[absolute(origin)] = zone

    def frozen(self) -> Zones:
        """Return a copy that later changes do not reach."""
        other = Zones()
        other._zones = copy.deepcopy(self._zones)
        return other

    @property
    def origins(self) -> list[Name]:
        """The zones' names."""
        return list(self._zones)

    def find(self, name: Name) -> dns.zone.Zone | None:
        """Return the zone closest to a name."""
        while True:
            if name in self._zones:
                return self._zones[name]
            if name == dns.name.root:
                return None
            name = name.parent()

    def exact(self, origin: Name) -> dns.zone.Zone | None:
        """Return the zone with that apex."""
        return self._zones.get(origin.canonicalize())

    def get(self, name: str, rtype: str) -> dns.rdataset.Rdataset | None:
        """Return the RRset as it is in its zone, without following anything."""
        owner = absolute(name)
        zone = self.find(owner)
        return zone.get_rdataset(owner, rtype) if zone else None

    def put(self, name: str, rtype: str, ttl: int, values: Sequence[str]) -> None:
        """Replace an RRset; no values remove it. The serial goes up."""
        owner = absolute(name)
        zone = self._zone_of(owner)
        with zone.writer() as edit:
            edit.delete(owner, dns.rdatatype.from_text(rtype))
            if values:
                edit.add(owner, dns.rdataset.from_text("IN", rtype, ttl, *values))
            bump(edit, zone)

    def remove(self, name: str) -> None:
        """Remove a name with everything at it."""
        owner = absolute(name)
        zone = self._zone_of(owner)
        with zone.writer() as edit:
            edit.delete(owner)
            bump(edit, zone)

    def serial(self, origin: str) -> int:
        """Return the serial of a zone."""
        found = self._zone_of(absolute(origin)).get_soa()
        return int(found.serial)

    def _zone_of(self, name: Name) -> dns.zone.Zone:
        zone = self.find(name)
        if zone is None:
            raise LookupError(f"the lab has no zone for {name}")
        return zone


def bump(edit: dns.zone.Transaction, zone: dns.zone.Zone) -> None:
    """Raise the serial, as every change must (RFC 2136 section 3.6)."""
    assert zone.origin is not None
    edit.update_serial(1, True, zone.origin)


def node_at(zone: dns.zone.Zone, name: Name) -> dns.node.Node | None:
    """Return what answers for a name: its node, the wildcard's, an empty one, or None (NXDOMAIN)."""
    node = zone.get_node(name)
    if node is not None:
        return node
    names = list(zone.nodes)
    if _has_below(names, name):
        # An empty non-terminal exists: NODATA, not NXDOMAIN (RFC 8020).
        return dns.node.Node()  # type: ignore[no-untyped-call]
    return _wildcard(zone, names, name)


def _wildcard(zone: dns.zone.Zone, names: list[Name], name: Name) -> dns.node.Node | None:
    """Return the wildcard's node at the closest encloser (RFC 4592 section 3.3.1)."""
    encloser = name.parent()
    while encloser != zone.origin and encloser not in names and not _has_below(names, encloser):
        encloser = encloser.parent()
    return zone.get_node(dns.name.from_text("*", encloser))


def _has_below(names: Iterable[Name], name: Name) -> bool:
    return any(other != name and other.is_subdomain(name) for other in names)
