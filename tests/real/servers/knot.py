"""Knot DNS: the authority of every zone, signing one of them, taking updates signed with TSIG."""

from __future__ import annotations

import base64
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

from real.servers.processes import PATH, Processes, until

KEY_NAME = "migrate"

SERVER = """\
server:
    rundir: {folder}
    pidfile: {folder}/knot.pid
    listen: [{listen}]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: {folder}/log
    any: info
database:
    storage: {folder}/db
    journal-db-max-size: 20M
    kasp-db-max-size: 10M
    timer-db-max-size: 10M
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: updates
    key: {key}
    action: update
  - id: transfers
    address: 127.0.0.0/8
    action: transfer
policy:
  - id: one-key
    algorithm: ecdsap256sha256
    single-type-signing: on
zone:
"""

ZONE = """\
  - domain: {name}
    storage: {folder}
    file: {name}.zone
    acl: [{acl}]
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    dnssec-signing: {signing}
    dnssec-policy: one-key
"""

HEAD = """\
$TTL {ttl}
@ SOA ns1.{primary}. hostmaster.{primary}. 1 3600 600 604800 {ttl}
"""


class Knot:
    """One knotd that listens on the addresses of several name servers: ns1, ns2 and so on."""

    def __init__(self, folder: Path, addresses: Sequence[str], *, primary: str) -> None:
        self.addresses = tuple(addresses)
        self.names = tuple(f"ns{n}.{primary}" for n in range(1, len(addresses) + 1))
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.primary = primary
        self.zones: tuple[str, ...] = ()
        self._folder = folder
        self._conf = folder / "knot.conf"
        (folder / "db").mkdir(parents=True)

    def start(
        self, processes: Processes, zones: Mapping[str, str], *, ttl: int, signed: str = ""
    ) -> None:
        """Write the zones (records by zone name) and serve them; one is signed with DNSSEC."""
        self.zones = tuple(zones)
        head = HEAD.format(ttl=ttl, primary=self.primary)
        head += "".join(f"@ NS {name}.\n" for name in self.names)
        for name, records in zones.items():
            (self._folder / f"{name}.zone").write_text(head + records)
        parts = [self._server(), *(self._zone(name, signing=name == signed) for name in zones)]
        self._conf.write_text("".join(parts))
        listens = [(address, 53) for address in self.addresses]
        processes.start(f"knotd-{self.primary}", "knotd", "-c", self._conf, listens=listens)

    def trust_anchor(self, zone: str) -> str:
        """Return the zone's DS record with SHA-256, as soon as the zone has its key."""
        found: list[str] = []

        def look() -> bool:
            found[:] = [line for line in self._keymgr(zone, "ds") if line.split()[-2] == "2"]
            return bool(found)

        until(look, f"knot made no key for {zone}")
        return found[0]

    def serving(self, zone: str) -> bool:
        """Tell whether the zone is loaded and signed."""
        reply = self._ask(zone, "SOA")
        return bool(reply.answer) and any("RRSIG" in str(rrset) for rrset in reply.answer)

    def rrset(self, name: str, rtype: str) -> tuple[int, list[str]]:
        """Return TTL and values as the first address serves them; (0, []) for none."""
        reply = self._ask(name, rtype)
        sections = [*reply.answer, *reply.authority]  # a delegation is in the second
        kind, owner = dns.rdatatype.from_text(rtype), dns.name.from_text(name)
        mine = [r for r in sections if (r.rdtype, r.name) == (kind, owner)]
        return (mine[0].ttl, sorted(str(v) for v in mine[0])) if mine else (0, [])

    def replace(self, name: str, rtype: str, ttl: int, *values: str) -> None:
        """Change one RRset as the DNS admin would; no value deletes it."""
        update = self.update(name, key=self.secret)
        if rtype != "CNAME" or not values:  # one that is added takes the place of the other
            update.delete(dns.name.from_text(name), rtype)
        for value in values:
            update.add(dns.name.from_text(name), ttl, rtype, value)
        code = self.send(update)
        assert code == "NOERROR", f"update of {name} {rtype}: {code}"

    def add(self, name: str, rtype: str, ttl: int, value: str) -> None:
        """Put one value beside those that are there: the NS records of a zone cannot be deleted first."""
        update = self.update(name, key=self.secret)
        update.add(dns.name.from_text(name), ttl, rtype, value)
        assert self.send(update) == "NOERROR"

    def remove(self, name: str, rtype: str, value: str) -> None:
        """Take one value out."""
        update = self.update(name, key=self.secret)
        update.delete(dns.name.from_text(name), rtype, value)
        assert self.send(update) == "NOERROR"

    def set_soa(self, zone: str, numbers: str, *, mail: str = "") -> None:
        """Publish other numbers in SOA, or another contact; the serial goes on (RFC 2136 section 3.4.2.2)."""
        server, before, serial, *_ = self.rrset(zone, "SOA")[1][0].split()
        rest = numbers.split()[1:]
        update = self.update(zone, key=self.secret)
        update.add(dns.name.from_text(zone), int(rest[-1]), "SOA", " ".join([server, mail or before, str(int(serial) + 10), *rest]))  # fmt: skip
        code = self.send(update)
        assert code == "NOERROR", f"SOA of {zone}: {code}"

    def update(self, name: str, *, key: str | None) -> dns.update.UpdateMessage:
        """Return an empty update of the zone that holds a name; unsigned without a key."""
        zone = next(z for z in self.zones if f".{name}".endswith(f".{z}"))
        ring = dns.tsigkeyring.from_text({KEY_NAME: ("hmac-sha256", key)}) if key else None
        return dns.update.UpdateMessage(zone, keyring=ring)

    def send(self, update: dns.update.UpdateMessage) -> str:
        """Send an update and return the answer's code in words."""
        return dns.rcode.to_text(dns.query.tcp(update, self.addresses[0], timeout=5).rcode())

    def _ask(self, name: str, rtype: str) -> dns.message.Message:
        query = dns.message.make_query(name, rtype, want_dnssec=True)
        query.flags &= ~dns.flags.RD
        return dns.query.udp(query, self.addresses[0], timeout=5)

    def _server(self) -> str:
        listen = ", ".join(f"{address}@53" for address in self.addresses)
        return SERVER.format(
            folder=self._folder, listen=listen, key=KEY_NAME, secret=self.secret
        )

    def _zone(self, name: str, *, signing: bool) -> str:
        """Return a zone's part; the signed one is handed out as a whole (AXFR)."""
        how = (
            {"signing": "on", "acl": "updates, transfers"}
            if signing
            else {"signing": "off", "acl": "updates"}
        )
        return ZONE.format(folder=self._folder, name=name, **how)

    def _keymgr(self, zone: str, what: str) -> list[str]:
        keymgr = shutil.which("keymgr", path=PATH)
        assert keymgr is not None
        command = [keymgr, "-c", str(self._conf), zone, what]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [line for line in done.stdout.splitlines() if " DS " in line]
