"""The lab as a whole: two mail systems, two name servers and a resolver, in one process on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import Self

from migrate_mail.lab.certs import server_context
from migrate_mail.lab.directory import Directory
from migrate_mail.lab.dns import Authority, DnsFault, NameServer
from migrate_mail.lab.https import HttpsServer, Page
from migrate_mail.lab.imap import ImapServer
from migrate_mail.lab.loop import Loop
from migrate_mail.lab.resolver import Resolver
from migrate_mail.lab.smtp import SmtpServer
from migrate_mail.lab.submission import SubmissionServer

HERE = "127.0.0.1"
ELSEWHERE = "mx.elsewhere.example"
"""The MX host of everybody else."""


class MailSystem:
    """One provider's mail: an MX, an IMAP server, one to send through, and who lives there."""

    def __init__(self, loop: Loop, provider: str, *, separator: str, prefix: str) -> None:
        self.provider = provider
        self.mx_host = f"mx1.{provider}"
        self.imap_host = f"imap.{provider}"
        context = server_context(self.mx_host, f"gateway.{provider}", self.imap_host)
        self.directory = Directory()
        self.imap = ImapServer(loop, context, separator=separator, prefix=prefix)
        self.smtp = SmtpServer(self.mx_host, context, self.directory, self.imap.store)
        self.submission = SubmissionServer(
            self.imap_host, context, self.directory, self.imap.store, self.imap.knows
        )

    async def open(self) -> None:
        """Bind the ports."""
        await self.imap.open()
        await self.smtp.open()
        await self.submission.open()

    def close(self) -> None:
        """Release the ports."""
        self.submission.close()
        self.smtp.close()
        self.imap.close()


class Lab:
    """All servers, empty. Open with `with`; then fill it, or take a scene that is filled."""

    def __init__(
        self, *, old_provider: str = "oldhost.example", new_provider: str = "newhost.example"
    ) -> None:
        self.loop = Loop()
        self.authority = Authority()
        self.ns1 = NameServer(f"ns1.{old_provider}", self.authority)
        self.ns2 = NameServer(f"ns2.{old_provider}", self.authority)
        self.resolver = Resolver()
        self.web_hosts: set[str] = set()
        self.web = HttpsServer(server_context("web.lab.example"))
        self.old = MailSystem(self.loop, old_provider, separator=".", prefix="INBOX.")
        self.new = MailSystem(self.loop, new_provider, separator="/", prefix="")
        self.elsewhere = SmtpServer(
            ELSEWHERE, server_context(ELSEWHERE), Directory(), self.new.imap.store
        )
        for system in (self.old, self.new):
            system.submission.route = partial(self._by_mx, system)

    def __enter__(self) -> Self:
        """Start every server."""
        self.loop.start()
        try:
            self.loop.call(self._open())
            self.furnish()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every server."""
        self.close()

    def close(self) -> None:
        """Stop every server and release every port."""
        self.loop.do(self._close)
        self.loop.close()

    def furnish(self) -> None:
        """Put zones, accounts and mail in place; nothing in an empty lab."""

    def add_zone(self, origin: str, text: str) -> None:
        """Serve a zone on both name servers, and let the resolver know them."""
        self.loop.do(lambda: self.authority.zones.add(origin, text))
        self.resolver.know({origin: [self.ns1.port, self.ns2.port]})

    def set_rrset(self, name: str, rtype: str, ttl: int, values: Sequence[str]) -> None:
        """Publish an RRset as the DNS provider would; no values take it away."""
        self.loop.do(lambda: self.authority.zones.put(name, rtype, ttl, values))

    def rrset(self, name: str, rtype: str) -> tuple[int, list[str]]:
        """Return TTL and sorted values of an RRset as published; no values when there is none."""
        found = self.loop.do(lambda: self.authority.zones.get(name, rtype))
        return (found.ttl, sorted(r.to_text() for r in found)) if found else (0, [])

    def break_dns(self, server: NameServer, fault: DnsFault | None) -> None:
        """Break a name server, or mend it with None."""
        self.loop.do(lambda: server.set_fault(fault))

    def serve(self, host: str, path: str, body: str) -> None:
        """Serve a text at https://host/path with a certificate for the hosts that serve any, and no other."""
        self.web.pages[(host, path)] = Page(body.encode())
        self.web_hosts.add(host)
        self.web.context = server_context(*sorted(self.web_hosts))

    def serve_at(self, url: str, body: str) -> None:
        """Serve a text at an https URL."""
        host, _, path = url.removeprefix("https://").partition("/")
        self.serve(host, f"/{path}", body)

    def advance(self, seconds: float) -> None:
        """Move the resolver's clock forward, so that what it remembers runs out."""
        self.loop.do(lambda: self.resolver.cache.advance(seconds))

    def _by_mx(self, system: MailSystem, domain: str) -> tuple[str, int] | None:
        """Return where a system's mail for a domain goes by its MX as published; None: it stays here."""
        found = self.authority.zones.get(domain, "MX")
        best = min(found, key=lambda mx: mx.preference) if found else None
        if best is None or best.exchange.to_text(omit_final_dot=True) == system.mx_host:
            return None
        other = self.new if system is self.old else self.old
        return HERE, other.smtp.port

    def connect(self) -> dict[str, str]:
        """Return the `connect` table: where each name and port of the lab really listens."""
        table = {
            f"{system.mx_host}:25": system.smtp.port for system in (self.old, self.new)
        } | {f"{system.imap_host}:993": system.imap.port for system in (self.old, self.new)}
        for system in (self.old, self.new):
            table[f"{system.imap_host}:465"] = system.submission.port
            table[f"ns1.{system.provider}:53"] = self.ns1.port
            table[f"ns2.{system.provider}:53"] = self.ns2.port
        table |= {f"{host}:443": self.web.port for host in self.web_hosts}
        table |= {f"{host}:80": self.web.plain_port for host in self.web_hosts}
        table[f"{ELSEWHERE}:25"] = self.elsewhere.port
        table[f"gateway.{self.new.provider}:25"] = self.new.smtp.port
        return {name: f"{HERE}:{port}" for name, port in sorted(table.items())}

    def info(self) -> dict[str, str]:
        """Return what listens where, for printing."""
        return {**self.connect(), "resolver": f"{HERE}:{self.resolver.port}"}

    async def _open(self) -> None:
        for server in (self.ns1, self.ns2, self.resolver, self.web, self.elsewhere):
            await server.open()
        for system in (self.old, self.new):
            await system.open()

    def _close(self) -> None:
        for system in (self.old, self.new):
            system.close()
        for server in (self.resolver, self.ns1, self.ns2, self.web, self.elsewhere):
            server.close()
