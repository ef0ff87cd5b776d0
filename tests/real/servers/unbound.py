"""Unbound: the resolver of the whole world. It validates, and it remembers until the TTL ends."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rdatatype

from real.servers.processes import PATH, Processes

# Unbound blocks test. and 127.in-addr.arpa by default; everything that is not ours is refused.
SERVER = """\
server:
  interface: {address}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  num-threads: 1
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/pid"
  use-syslog: no
  logfile: "{folder}/log"
  module-config: "validator iterator"
  trust-anchor: "{anchor}"
  local-zone: "." refuse
{ours}  local-zone: "test." transparent
  local-zone: "127.in-addr.arpa." transparent
remote-control:
  control-enable: yes
  control-interface: "{folder}/control"
"""
OURS = '  local-zone: "{zone}." transparent\n'
STUB = 'stub-zone:\n  name: "{zone}"\n'
AUTHORITY = "  stub-addr: {address}\n"


class Unbound:
    """One unbound; `ask` is what any client of it would see."""

    def __init__(self, folder: Path, address: str, *, name: str = "unbound") -> None:
        self.address = address
        self._name = name
        self._folder = folder
        self._conf = folder / "unbound.conf"
        folder.mkdir()

    def start(
        self,
        processes: Processes,
        zones: Mapping[str, Sequence[str]],
        *,
        anchor: str,
    ) -> None:
        """Serve the zones, asking the addresses of their authorities, and nothing else."""
        ours = "".join(OURS.format(zone=zone) for zone in zones)
        server = SERVER.format(
            folder=self._folder, address=self.address, anchor=anchor, ours=ours
        )
        stubs = "".join(
            STUB.format(zone=zone) + "".join(AUTHORITY.format(address=a) for a in addresses)
            for zone, addresses in zones.items()
        )
        self._conf.write_text(server + stubs)
        listens = [(self.address, 53)]
        processes.start(self._name, "unbound", "-d", "-c", self._conf, listens=listens)

    def ask(self, name: str, rtype: str) -> dns.message.Message:
        """Return the whole answer to one question."""
        query = dns.message.make_query(name, rtype, want_dnssec=True)
        return dns.query.udp(query, self.address, timeout=5)

    def rrset(self, name: str, rtype: str) -> tuple[int, list[str]]:
        """Return the TTL that is left and the values; (0, []) for none."""
        kind = dns.rdatatype.from_text(rtype)
        mine = [r for r in self.ask(name, rtype).answer if r.rdtype == kind]
        return (mine[0].ttl, sorted(str(v) for v in mine[0])) if mine else (0, [])

    def authentic(self, name: str, rtype: str) -> bool:
        """Tell whether the resolver vouches for the answer (AD, RFC 4035 section 3.2.3)."""
        return bool(self.ask(name, rtype).flags & dns.flags.AD)

    def forget(self, zone: str) -> None:
        """Empty the cache of a zone: what waiting for the longest TTL would do."""
        self._control("flush_zone", zone)

    def invent(self, name: str, ip: str) -> None:
        """Answer with an address that no authority has, as a split horizon does."""
        self._control("local_data", f"{name}. 4 IN A {ip}")

    def repent(self, name: str) -> None:
        """Ask the authorities again."""
        self._control("local_data_remove", f"{name}.")

    def _control(self, *words: str) -> None:
        control = shutil.which("unbound-control", path=PATH)
        assert control is not None
        command = [control, "-c", str(self._conf), *words]
        subprocess.run(command, capture_output=True, check=True)
