"""Two real name servers and a resolver on loopback, with one zone that may be changed with a key."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from migrate_mail.dns_changes.apply import Desk
from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.dns_changes.rfc2136 import KeySource, Rfc2136
from migrate_mail.finding import utc_now
from migrate_mail.lab.dns import Authority, DnsFault, NameServer
from migrate_mail.lab.loop import Loop
from migrate_mail.lab.resolver import Resolver
from migrate_mail.net.dns import Dns
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret
from migrate_mail.state.store import Store

DOMAIN = "lindenhof.example"
KEY = "mover.lindenhof.example"
SPF = '"v=spf1 mx -all"'
ZONE = f"""\
$TTL 3600
@ IN SOA ns1.dns.example. hostmaster.dns.example. 1 7200 900 1209600 300
@ IN NS ns1.dns.example.
@ IN NS ns2.dns.example.
@ 600 IN MX 10 mx.old.example.
@ 600 IN MX 20 backup.old.example.
@ 900 IN TXT {SPF}
@ 900 IN TXT "some-verification=abc"
www 1200 IN A 127.0.0.1
"""
OLD = RRset(f"{DOMAIN}.", "MX", 600, ("10 mx.old.example.", "20 backup.old.example."))
NEW = RRset(f"{DOMAIN}.", "MX", 300, ("10 mx1.new.example.",))
SWITCH = Change(f"{DOMAIN}.", OLD, NEW)


class NameServers:
    """The servers; open with `with`. ns1 is the primary. secret: of the key that may change the zone."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.authority = Authority()
        self.ns1 = NameServer("ns1.dns.example", self.authority)
        self.ns2 = NameServer("ns2.dns.example", self.authority)
        self.resolver = Resolver()
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()

    def __enter__(self) -> Self:
        """Start the servers and publish the zone."""
        self.loop.start()
        for server in (self.ns1, self.ns2, self.resolver):
            self.loop.call(server.open())
        self.loop.do(lambda: self.authority.zones.add(DOMAIN, ZONE))
        self.authority.grant(DOMAIN, KEY, self.secret)
        self.resolver.know({DOMAIN: [self.ns1.port, self.ns2.port]})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop them."""
        for server in (self.ns1, self.ns2, self.resolver):
            self.loop.do(server.close)
        self.loop.close()

    @property
    def ports(self) -> tuple[int, int, int]:
        """The ports of ns1, ns2 and the resolver: what another process needs to know."""
        return self.ns1.port, self.ns2.port, self.resolver.port

    def dns(self) -> Dns:
        """Return somebody who asks these servers and no other."""
        return dns_at(self.ports)

    @property
    def primary(self) -> Endpoint:
        """Where updates go."""
        return Endpoint("ns1.dns.example", "127.0.0.1", self.ns1.port)

    def put(self, rrset: RRset) -> None:
        """Publish an RRset on both servers, as a person in a control panel would."""
        self.loop.do(
            lambda: self.authority.zones.put(rrset.name, rrset.rtype, rrset.ttl, rrset.values)
        )

    def held(self, name: str = f"{DOMAIN}.", rtype: str = "MX") -> RRset:
        """Return an RRset as the zone holds it."""
        found = self.loop.do(lambda: self.authority.zones.get(name, rtype))
        if not found:
            return RRset(name, rtype, 0, ())
        return RRset(name, rtype, found.ttl, tuple(sorted(r.to_text() for r in found)))

    def rest(self) -> list[RRset]:
        """Return everything in the zone that no MX switch may touch."""
        apex = f"{DOMAIN}."
        wanted = [(apex, "TXT"), (apex, "NS"), (f"www.{apex}", "A")]
        return [self.held(name, rtype) for name, rtype in wanted]

    def fault(self, server: NameServer, fault: DnsFault | None) -> None:
        """Break a server, or mend it with None."""
        self.loop.do(lambda: server.set_fault(fault))


def dns_at(ports: tuple[int, int, int]) -> Dns:
    """Return somebody who asks the servers at these ports and no other."""
    ns1, ns2, resolver = ports
    routes = Routes(
        {
            "ns1.dns.example:53": f"127.0.0.1:{ns1}",
            "ns2.dns.example:53": f"127.0.0.1:{ns2}",
        }
    )
    return Dns(resolvers=[("127.0.0.1", resolver)], routes=routes, timeout=0.3, tries=1)


def updater(
    dns: Dns,
    primary: Endpoint,
    secret: str | None,
    *,
    key: str = KEY,
    algorithm: str = "hmac-sha256",
) -> Rfc2136:
    """Return the rfc2136 driver for a primary; without a secret it does not sign."""
    source = KeySource(key, algorithm, lambda: Secret(secret)) if secret else None
    return Rfc2136(lambda: [primary], dns.ask, source, str(primary), timeout=1.0)


class Clockwork:
    """A clock that moves when somebody waits; `on_wait` is told each time."""

    def __init__(self) -> None:
        self.now = utc_now()
        self.on_wait = lambda: None

    def clock(self):
        """Return the time."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass at once."""
        self.now += timedelta(seconds=seconds)
        self.on_wait()


def desk_at(
    dns: Dns, store: Store, time: Clockwork, said: list[str], *, patience: float = 30
) -> Desk:
    """Return a desk whose waits take no time."""
    return Desk(dns, store, time.clock, time.wait, said.append, timedelta(seconds=patience))


def store_at(folder: Path) -> Store:
    """Open a state file in a folder."""
    return Store.open(folder / "migration.state", command="cutover")
