"""Which zone holds a name, and where its name servers are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import dns.message

from migrate_mail.errors import NetError
from migrate_mail.net.dns_answer import referral, soa_owner
from migrate_mail.net.dns_facts import DnsAnswer, Zone
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.routes import bare_host


class Reply(Protocol):
    """Asks one server and gives the whole reply too."""

    def __call__(
        self, server: Endpoint, name: str, rtype: str, *, recurse: bool
    ) -> tuple[dns.message.Message | None, DnsAnswer]:
        """Return the reply (None: silence) and what it says."""


class Zones:
    """Finds zones and remembers them for the time of a run."""

    def __init__(
        self,
        resolve: Callable[[str, str], DnsAnswer],
        reply: Reply,
        servers: Callable[[str, Sequence[str]], list[Endpoint]],
        has_route: Callable[[str], bool],
    ) -> None:
        self._resolve = resolve
        self._reply = reply
        self._servers = servers
        self._has_route = has_route
        self._known: dict[str, Zone] = {}
        self._found: dict[str, Zone] = {}
        self._lock = threading.Lock()

    def find(self, name: str, *, published: bool) -> Zone:
        """Return the zone of an absolute name. Above a zone cut resolvers are asked, below it the zone."""
        known = self._found.get(name)
        if known is not None:
            return known
        zone = self._above(name, published=published)
        while (below := self._below(zone, name)) is not None:
            zone = below
        if zone.servers:
            self._found[name] = zone
        return zone

    def _above(self, name: str, *, published: bool) -> Zone:
        for candidate in _upwards(name, published=published):
            if candidate in self._known:
                return self._known[candidate]
            answer = self._resolve(candidate, "NS")
            if answer.silent:
                text = f"no resolver could tell whether it is a zone: {answer.text}"
                raise NetError("dns", candidate, "NS", text)
            if answer.status == "ok" and answer.records and answer.cname is None:
                return self._learn(candidate, answer.records)
        raise NetError("dns", name, "NS", "no zone above it is known to the resolvers")

    def _below(self, zone: Zone, name: str) -> Zone | None:
        """Return the zone that this one delegates the name to, by asking its own servers."""
        for server in zone.servers:
            reply, answer = self._reply(server, name, "SOA", recurse=False)
            if reply is None or answer.silent:
                continue
            cut = referral(reply) or self._served_too(server, reply)
            if cut is None or not _inside(cut[0], zone.apex) or not _within(name, cut[0]):
                return None
            return self._known.get(cut[0]) or self._learn(*cut)
        return None

    def _served_too(
        self, server: Endpoint, reply: dns.message.Message
    ) -> tuple[str, tuple[str, ...]] | None:
        """Return the zone below when the same server speaks for it: then there is no referral."""
        apex = soa_owner(reply)
        if apex is None:
            return None
        hosts = self._reply(server, apex, "NS", recurse=False)[1]
        return (apex, hosts.records) if hosts.records else None

    def _learn(self, apex: str, hosts: tuple[str, ...]) -> Zone:
        servers: list[Endpoint] = []
        lame: list[str] = []
        unasked: list[Endpoint] = []
        for host in hosts:
            found, reason = self._addresses(bare_host(host))
            # Without a route nothing is learned; the host says the same by another address.
            within_reach = [e for e in found if self._has_route(e.ip)] or found
            servers += within_reach
            unasked += [e for e in found if e not in within_reach]
            if not found:
                lame.append(f"{bare_host(host)}: {reason}")
        zone = Zone(apex, tuple(dict.fromkeys(servers)), tuple(lame), tuple(unasked))
        with self._lock:
            return self._known.setdefault(apex, zone) if servers else zone

    def _addresses(self, host: str) -> tuple[list[Endpoint], str]:
        direct = self._servers(host, ())
        if direct:
            return direct, ""
        answers = [self._resolve(host, rtype) for rtype in ("A", "AAAA")]
        ips = sorted({ip for a in answers for ip in a.records})
        said = ", ".join(f"{a.rtype} {a.status}" for a in answers)
        return self._servers(host, ips), said


def _upwards(name: str, *, published: bool) -> Iterator[str]:
    """Give the name (when published) and its parents, without the root."""
    labels = name.rstrip(".").split(".")
    for start in range(0 if published else 1, len(labels)):
        yield ".".join(labels[start:]) + "."


def _within(name: str, zone: str) -> bool:
    return name == zone or name.endswith("." + zone)


def _inside(cut: str, apex: str) -> bool:
    return cut != apex and _within(cut, apex)
