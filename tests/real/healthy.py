"""A move that went well, with everything in use: SPF, DKIM, DMARC, MTA-STS, TLSRPT, DANE, DNSSEC."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from migrate_mail.checks.clients.outlook import PATH as OUTLOOK_PATH
from migrate_mail.checks.dane.tlsa import wanted
from migrate_mail.lab.https import HttpsServer, Page
from migrate_mail.lab.loop import Loop
from migrate_mail.lab.signing import (
    NEW_SELECTOR,
    OLD_SELECTOR,
    key_record,
    signed_message,
    strings,
)
from real.project import write_project
from real.servers.knot import Knot
from real.servers.world import DOMAIN, TTL, World

POLICY_HOST = f"mta-sts.{DOMAIN}"
CONFIG_HOST = f"autoconfig.{DOMAIN}"
OUTLOOK_HOST = f"autodiscover.{DOMAIN}"
CONFIG = """\
<clientConfig version="1.1"><emailProvider id="lindenhof.test">
<incomingServer type="imap"><hostname>imap.newhost.test</hostname></incomingServer>
<outgoingServer type="smtp"><hostname>mx1.newhost.test</hostname></outgoingServer>
</emailProvider></clientConfig>
"""
RDAP_HOST = "rdap.outside.test"
RDAP = {
    "objectClassName": "domain",
    "ldhName": DOMAIN,
    "status": ["client transfer prohibited"],
    "events": [{"eventAction": "expiration", "eventDate": "2099-01-01T00:00:00Z"}],
}
OUTLOOK = """\
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>
<Protocol><Type>IMAP</Type><Server>imap.newhost.test</Server></Protocol>
<Protocol><Type>SMTP</Type><Server>imap.newhost.test</Server></Protocol>
</Account></Response></Autodiscover>
"""
POLICY = """\
version: STSv1
mode: enforce
mx: mx.oldhost.test
mx: mx1.newhost.test
mx: mx2.newhost.test
max_age: 604800
"""
NEW_MX = ("10 mx1.newhost.test.", "20 mx2.newhost.test.")
WEB = "127.0.0.80"
"""Where the policy host is in DNS; the table `connect` knows the way to its port."""


class Web:
    """The web server of the policy."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sample: Path | None = None
        self._loop = Loop()
        self.server = HttpsServer(self.context(world.certificates.policy))
        self.serve(POLICY)
        self.configure(CONFIG)
        self.guide(OUTLOOK)
        self.register({})

    def context(self, certificate: Path) -> ssl.SSLContext:
        """Return TLS with one certificate."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(certificate)
        return made

    def serve(self, text: str, **how: object) -> None:
        """Serve a policy; how: fields of Page."""
        self.server.pages[POLICY_HOST, "/.well-known/mta-sts.txt"] = Page(text.encode(), **how)  # type: ignore[arg-type]

    def configure(self, text: str) -> None:
        """Serve another autoconfig file."""
        path = f"/mail/config-v1.1.xml?emailaddress=postmaster@{DOMAIN}"
        self.server.pages[CONFIG_HOST, path] = Page(text.encode(), kind="text/xml")

    def guide(self, text: str, **how: object) -> None:
        """Serve another answer to Outlook; how: fields of Page."""
        page = Page(text.encode(), kind="text/xml", **how)  # type: ignore[arg-type]
        self.server.pages[OUTLOOK_HOST, OUTLOOK_PATH] = page

    def register(self, changes: Mapping[str, object]) -> None:
        """Let the registry tell something else of the domain."""
        page = Page(json.dumps({**RDAP, **changes}).encode(), kind="application/rdap+json")
        self.server.pages[RDAP_HOST, f"/domain/{DOMAIN}"] = page

    def __enter__(self) -> Web:
        self._loop.start()
        self._loop.call(self.server.open())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.do(self.server.close)
        self._loop.close()


def publish(world: World) -> None:
    """Publish everything that a careful admin would, for a domain that has moved."""
    net, put = world.network, world.knot.replace
    put(DOMAIN, "MX", TTL, *NEW_MX)
    put(DOMAIN, "TXT", TTL, f'"v=spf1 ip4:{net.old} ip4:{net.new} ip4:{net.new_second} -all"')
    put(
        f"_dmarc.{DOMAIN}",
        "TXT",
        TTL,
        f'"v=DMARC1; p=quarantine; rua=mailto:postmaster@{DOMAIN}"',
    )
    put(f"_mta-sts.{DOMAIN}", "TXT", TTL, '"v=STSv1; id=1"')
    put(f"_smtp._tls.{DOMAIN}", "TXT", TTL, f'"v=TLSRPTv1; rua=mailto:postmaster@{DOMAIN}"')
    put(POLICY_HOST, "A", TTL, WEB)
    put(CONFIG_HOST, "A", TTL, WEB)
    put(OUTLOOK_HOST, "A", TTL, WEB)
    put(RDAP_HOST, "A", TTL, WEB)
    put(f"mail.{DOMAIN}", "CNAME", TTL, "imap.newhost.test.")
    put(f"_imaps._tcp.{DOMAIN}", "SRV", TTL, "0 1 993 imap.newhost.test.")
    put("2.0.0.127.addresses.outside.test", "A", TTL, "127.0.0.2")
    put("test.names.outside.test", "A", TTL, "127.0.1.2")
    put("others.outside.test", "MX", TTL, "10 mx.outside.test.")
    put("newhost.test", "CAA", TTL, '0 issue "ca.example"')
    put("gateway.newhost.test", "A", TTL, net.new)
    for selector in (OLD_SELECTOR, NEW_SELECTOR):
        put(f"{selector}._domainkey.{DOMAIN}", "TXT", TTL, strings(key_record(selector)))
    for host, certificate in (
        ("mx.oldhost.test", world.certificates.old),
        ("mx1.newhost.test", world.certificates.new),
        ("mx2.newhost.test", world.certificates.new),
    ):
        put(f"_25._tcp.{host}", "TLSA", TTL, wanted([_leaf(certificate)]))
    world.unbound.forget("test")


def _leaf(pem: Path) -> bytes:
    text = pem.read_text()
    begin = text.index("-----BEGIN CERTIFICATE-----")
    end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(text[begin:end])


def project(world: World, folder: Path, web_port: int) -> Path:
    """Write the migration.yaml of this move; returns its path."""
    write_project(world, folder)
    (folder / "sample.eml").write_bytes(signed_message(DOMAIN, ip=world.network.new))
    net, path = world.network, folder / "migration.yaml"
    text = path.read_text()
    sends = f"    sends: {{addresses: [{net.old}], helo: [mx.oldhost.test], selectors: [{OLD_SELECTOR}]}}\n"
    text = text.replace("  new:\n    mx:", f"{sends}  new:\n    mx:")
    sends = (
        f"    sends: {{addresses: [{net.new}], helo: [gateway.newhost.test],"
        f" selectors: [{NEW_SELECTOR}], sample: sample.eml}}\n"
    )
    text = text.replace("\naccounts: accounts.csv", f"{sends}\naccounts: accounts.csv", 1)
    for host in (POLICY_HOST, CONFIG_HOST, OUTLOOK_HOST, RDAP_HOST):
        there = f'connect:\n  "{host}:443": "127.0.0.1:{web_port}"\n'
        text = text.replace("connect:\n", there)
    path.write_text(text)
    return path


@contextmanager
def published(
    world: World, *records: tuple[str, str, int, tuple[str, ...]], at: Knot | None = None
) -> Iterator[None]:
    """Publish RRsets (name, type, TTL, values) for a while, then what was there before."""
    knot = at or world.knot
    before = [(name, rtype, *knot.rrset(name, rtype)) for name, rtype, _, _ in records]
    try:
        for name, rtype, ttl, values in records:
            knot.replace(name, rtype, ttl, *values)
        world.unbound.forget("test")
        yield
    finally:
        for name, rtype, _, _ in reversed(records):
            knot.replace(name, rtype, 0)
        for name, rtype, ttl, values in before:
            knot.replace(name, rtype, ttl, *values)
        world.unbound.forget("test")
