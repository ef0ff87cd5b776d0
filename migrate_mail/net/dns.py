"""What DNS says, from every authority and every resolver, each asked by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import dns.message
import dns.resolver

from migrate_mail.errors import NetError
from migrate_mail.finding import Clock, utc_now
from migrate_mail.net.dns_answer import absolute, look_up, stamped
from migrate_mail.net.dns_facts import DnsAnswer, Transfer, Validation, Zone
from migrate_mail.net.dns_zone import Zones
from migrate_mail.net.dnssec import Validator, on_this_machine
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.names import has_route
from migrate_mail.net.routes import Routes, bare_host, is_address

Ask = Literal["authorities", "resolvers"]
_ALIASES = 8


@dataclass(frozen=True, slots=True)
class HostAddresses:
    """The addresses of a host as an SMTP sender would find them.

    ips: IPv4 and IPv6, sorted, of all answers together. cname: the target when the host is an
    alias (an MX target must not be one). answers: every answer, those for the target included.
    silent: the types (`A`, `AAAA`) that no server answered for.
    """

    host: str
    ips: tuple[str, ...]
    cname: str | None
    answers: tuple[DnsAnswer, ...]
    silent: tuple[str, ...] = ()


class Dns:
    """Asks name servers; a fault of the world is a status of the answer, not an exception.

    validating: resolvers trusted to validate DNSSEC; none given: those of `resolvers` on this machine.
    """

    def __init__(
        self,
        *,
        resolvers: Sequence[tuple[str, int]],
        validating: Sequence[tuple[str, int]] = (),
        routes: Routes,
        clock: Clock = utc_now,
        timeout: float = 2.0,
        tries: int = 2,
        has_route: Callable[[str], bool] = has_route,
    ) -> None:
        self._given = tuple(resolvers)
        self._validating = tuple(validating)
        self._routes = routes
        self._clock = clock
        self._timeout = timeout
        self._tries = tries
        self._zones = Zones(self._resolve, self._reply, self._server, has_route)

    def ask(
        self, server: Endpoint, name: str, rtype: str, *, recurse: bool = False
    ) -> DnsAnswer:
        """Ask one server one question, over UDP and then TCP when the answer is cut short."""
        return self._reply(server, name, rtype, recurse=recurse)[1]

    def zone_of(self, name: str, *, published: bool = False) -> Zone:
        """Find the zone that holds a name; NetError `dns` when nobody could tell.

        Resolvers are not asked for the name itself unless it is `published`: their "no such
        name" would stay in their caches when it is published next.
        """
        try:
            return self._zones.find(absolute(name), published=published)
        except ValueError as exc:
            raise NetError("dns", name, "NS", str(exc)) from exc

    def authorities(
        self,
        name: str,
        rtype: str,
        *,
        published: bool = False,
        but: Collection[Endpoint] = (),
    ) -> list[DnsAnswer]:
        """Ask every address of every name server of the name's zone, side by side. but: not these."""
        zone = self.zone_of(name, published=published)
        if not zone.servers:
            text = f"no name server of {zone.apex} has an address: {'; '.join(zone.lame)}"
            raise NetError("dns", zone.apex, "NS", text)
        servers = [server for server in zone.servers if server not in but]
        return self._each(servers, lambda server: self.ask(server, name, rtype))

    def transfer(self, server: Endpoint, apex: str) -> Transfer:
        """Ask one name server for a whole zone."""
        from migrate_mail.net.dns_transfer import transfer

        return transfer(server, apex, timeout=self._timeout)

    def at_parent(self, apex: str, rtype: str) -> list[DnsAnswer]:
        """Ask every name server of the zone above; NS then comes as a referral (`delegates`)."""
        above = absolute(apex).partition(".")[2]
        if not above:
            raise NetError("dns", apex, rtype, "the zone above it is the root")
        servers = self.zone_of(above, published=True).servers
        return self._each(servers, lambda server: self.ask(server, apex, rtype))

    def resolvers(self, name: str, rtype: str) -> list[DnsAnswer]:
        """Ask every recursive resolver, side by side."""
        return self._each(
            self._resolvers(), lambda server: self.ask(server, name, rtype, recurse=True)
        )

    def security(self, apex: str) -> Validation:
        """Tell whether a zone is signed and valid, as a trusted resolver says; else unknown."""
        given = self._validating or [r for r in self._known() if on_this_machine(r[0])]
        servers = [self._routes.endpoint(ip, ip, port) for ip, port in given]
        return Validator(servers, timeout=self._timeout, tries=self._tries).zone(apex)

    def addresses(self, host: str, *, ask: Ask) -> HostAddresses:
        """Return a host's addresses, aliases followed; NetError `dns` when nobody could tell."""
        answers: list[DnsAnswer] = []
        found = self._addresses(bare_host(host), ask, answers)
        if found.silent and not found.ips:
            said = "; ".join(sorted({f"{a.server}: {a.text}" for a in answers if a.silent}))
            raise NetError("dns", host, "/".join(found.silent), f"no server answered: {said}")
        return found

    def endpoints(self, host: str, port: int, *, ask: Ask) -> list[Endpoint]:
        """Return what to dial for host:port, the `connect` table applied; empty: no address."""
        direct = self._routes.direct(host, port)
        if direct is not None:
            return [direct]
        ips = (host,) if is_address(host) else self.addresses(host, ask=ask).ips
        return self.routed(host, ips, port)

    def routed(self, host: str, ips: Sequence[str], port: int) -> list[Endpoint]:
        """Return what to dial for host:port at known addresses, the `connect` table applied."""
        return list(dict.fromkeys(self._routes.endpoint(host, ip, port) for ip in ips))

    def _addresses(self, host: str, ask: Ask, seen: list[DnsAnswer]) -> HostAddresses:
        cname: str | None = None
        silent: tuple[str, ...] = ()
        target = host
        for _ in range(_ALIASES):
            by_type = {rtype: self._side(target, rtype, ask) for rtype in ("A", "AAAA")}
            both = [a for answers in by_type.values() for a in answers]
            seen += both
            silent = tuple(
                t for t, answers in by_type.items() if all(a.silent for a in answers)
            )
            ips = {ip for a in both for ip in a.records}
            alias = next((a.cname for a in both if a.cname), None)
            cname = cname or alias
            if ips or alias is None:
                return HostAddresses(host, _sorted(ips), cname, tuple(seen), silent)
            target = alias
        return HostAddresses(host, (), cname, tuple(seen), silent)

    def _side(self, host: str, rtype: str, ask: Ask) -> list[DnsAnswer]:
        return (
            self.authorities(host, rtype)
            if ask == "authorities"
            else self.resolvers(host, rtype)
        )

    def _resolve(self, name: str, rtype: str) -> DnsAnswer:
        """Return the first answer of a resolver that says something."""
        answer: DnsAnswer | None = None
        for server in self._resolvers():
            answer = self.ask(server, name, rtype, recurse=True)
            if not answer.silent:
                break
        assert answer is not None
        return answer

    def _reply(
        self, server: Endpoint, name: str, rtype: str, *, recurse: bool
    ) -> tuple[dns.message.Message | None, DnsAnswer]:
        began = time.monotonic()
        reply, answer = look_up(
            server, name, rtype, recurse=recurse, timeout=self._timeout, tries=self._tries
        )
        return reply, stamped(answer, self._clock(), int((time.monotonic() - began) * 1000))

    def _server(self, host: str, ips: Sequence[str]) -> list[Endpoint]:
        """Return the endpoints of a name server; a direct route needs no address."""
        direct = self._routes.direct(host, 53)
        return [direct] if direct else [self._routes.endpoint(host, ip, 53) for ip in ips]

    def _resolvers(self) -> list[Endpoint]:
        return [self._routes.endpoint(ip, ip, port) for ip, port in self._known()]

    def _known(self) -> tuple[tuple[str, int], ...]:
        return self._given or _system_resolvers()

    @staticmethod
    def _each(
        servers: Sequence[Endpoint], ask: Callable[[Endpoint], DnsAnswer]
    ) -> list[DnsAnswer]:
        with ThreadPoolExecutor(max_workers=min(16, len(servers) or 1)) as pool:
            return list(pool.map(ask, servers))


def _system_resolvers() -> tuple[tuple[str, int], ...]:
    try:
        system = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration as exc:
        text = "this machine has no resolver configured: list `resolvers` in migration.yaml"
        raise NetError("dns", "resolvers", "configuration", text) from exc
    found = tuple((str(server), system.port) for server in system.nameservers)
    if not found:
        text = "this machine has no resolver configured: list `resolvers` in migration.yaml"
        raise NetError("dns", "resolvers", "configuration", text)
    return found


def _sorted(ips: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ips, key=lambda ip: (":" in ip, ip)))
