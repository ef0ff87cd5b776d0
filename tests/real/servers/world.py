"""The whole small world: DNS, two mail systems, and the rest of the world, started together."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from real.letters import EMPTY, letters_of
from real.mailbox import Mailbox
from real.servers.certificates import Certificates, issue
from real.servers.dovecot import NEW_LAYOUT, OLD_LAYOUT, Dovecot
from real.servers.knot import Knot
from real.servers.network import Network
from real.servers.postfix import MASTER, Postfix
from real.servers.processes import PATH, Processes, until
from real.servers.unbound import Unbound

DOMAIN = "lindenhof.test"
TTL = 4
"""Seconds: short, so that a test can wait until the world has forgotten."""

OLD_PASSWORDS = {
    f"anna@{DOMAIN}": "old-Sommer-2019",
    f"bernd@{DOMAIN}": 'old "quoted" \\ and spaces',
    f"carla@{DOMAIN}": "old-carla",
    f"dora@{DOMAIN}": "alt-Grüße-ß-日本",
}
NEW_PASSWORDS = {
    f"anna@{DOMAIN}": "new-Winter-2026",
    f"bernd@{DOMAIN}": "new-bernd-%{}()",
    f"carla@{DOMAIN}": "new-carla",
    f"dora@{DOMAIN}": "neu-Grüße-ß-日本",
}
SPARES = {f"spare-{number:02}@{DOMAIN}": "new-spare" for number in range(20)}
PLACES = {f"place-{number:03}@{DOMAIN}": "new-spare" for number in range(200)}
"""Mailboxes at new that nobody uses: a fresh destination for each of twenty moves of one account."""
ALIASES = {
    f"info@{DOMAIN}": f"anna@{DOMAIN}",
    f"jobs@{DOMAIN}": f"bernd@{DOMAIN}",
    f"postmaster@{DOMAIN}": f"anna@{DOMAIN}",
    f"abuse@{DOMAIN}": f"carla@{DOMAIN}",
    **{f"team-{number:02}@{DOMAIN}": f"dora@{DOMAIN}" for number in range(1, 43)},
}
"""With the four mailboxes 50 addresses: so many are asked for in each run."""
NEEDED = ("dovecot", "postfix", "unbound", "knotd", "keymgr")


def missing() -> list[str]:
    """Return what this machine lacks to run the world; [] when it can."""
    lacking = [name for name in NEEDED if not shutil.which(name, path=PATH)]
    if "dovecot" not in lacking and not _dovecot_version().startswith("2.3."):
        lacking.append(f"dovecot 2.3 (it is {_dovecot_version()})")
    if "postfix" not in lacking and not MASTER.exists():
        lacking.append(str(MASTER))
    return lacking + ([] if os.geteuid() == 0 else ["root"])


def _dovecot_version() -> str:
    dovecot = shutil.which("dovecot", path=PATH)
    assert dovecot is not None
    return subprocess.run(
        [dovecot, "--version"], capture_output=True, text=True, check=True
    ).stdout


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two mail systems."""

    mx: Postfix
    dovecot: Dovecot
    passwords: dict[str, str]
    ca: Path

    def box(self, user: str) -> Mailbox:
        """Log in as a user."""
        password = self.passwords[user]
        return Mailbox(self.dovecot.address, user=user, password=password, ca=self.ca)


class World:
    """Everything that a migration meets; a context manager. Below /tmp: socket paths are short."""

    def __init__(self) -> None:
        self.network = Network()
        self.folder = Path(tempfile.mkdtemp(prefix="mm-real-", dir="/tmp"))
        self.folder.chmod(0o755)  # the servers' own users must get in
        self.processes = Processes(self.folder)
        try:
            net = self.network
            self.certificates: Certificates = issue(
                self.folder, old=net.old, new=net.new, out=net.out
            )
            self._build()
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every server and remove every file."""
        self.processes.end()
        self.network.close()

    def seed(self) -> None:
        """Put the stored mail into the mailboxes of old, by IMAP."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._seed_one, OLD_PASSWORDS))

    def _seed_one(self, user: str) -> None:
        with self.old.box(user) as box:
            box.put(letters_of(user.partition("@")[0]), empty=EMPTY)

    def _build(self) -> None:
        net, folder = self.network, self.folder
        self.knot = Knot(folder / "knot", net.name_servers, primary="nameservers.test")
        self.above = Knot(folder / "above", [net.above], primary="above.test")
        self.unbound = Unbound(folder / "unbound", net.resolver)
        self.old = self._side("old", OLD_PASSWORDS, [net.old])
        self.new = self._side(
            "new", {**NEW_PASSWORDS, **SPARES, **PLACES}, [net.new, net.new_second]
        )
        self.out = self._postfix("out", "mx.outside.test", [net.out])

    def _side(self, name: str, passwords: dict[str, str], addresses: list[str]) -> Side:
        dovecot = Dovecot(
            self.folder / f"dovecot-{name}",
            name=name,
            address=addresses[0],
            layout=OLD_LAYOUT if name == "old" else NEW_LAYOUT,
        )
        host = "mx.oldhost.test" if name == "old" else "mx1.newhost.test"
        mx = self._postfix(name, host, addresses)
        return Side(mx, dovecot, passwords, self.certificates.ca)

    def _postfix(self, name: str, host: str, addresses: list[str]) -> Postfix:
        return Postfix(
            self.folder / f"postfix-{name}",
            name=name,
            host=host,
            addresses=addresses,
            resolver=self.network.resolver,
        )

    def _start(self) -> None:
        self._start_dns()
        certificates = {"old": self.certificates.old, "new": self.certificates.new}
        for name, side in (("old", self.old), ("new", self.new)):
            side.dovecot.start(self.processes, side.passwords, certificate=certificates[name])
            side.mx.start_as_receiver(
                self.processes,
                domain=DOMAIN,
                lmtp=side.dovecot.address,
                mailboxes=list(OLD_PASSWORDS),
                aliases=ALIASES,
                certificate=certificates[name],
                ca=self.certificates.ca,
            )
        self.out.start_as_outside(
            self.processes, certificate=self.certificates.out, ca=self.certificates.ca
        )

    def _start_dns(self) -> None:
        self.knot.start(self.processes, self._zones(), signed=DOMAIN, ttl=TTL)
        until(lambda: self.knot.serving(DOMAIN), "knot did not sign the zone")
        self.above.start(self.processes, {"test": self._delegations()}, ttl=TTL)
        anchor = self.knot.trust_anchor(DOMAIN)
        self.above.replace(DOMAIN, "DS", TTL, anchor.partition(" DS ")[2])
        self.unbound.start(
            self.processes,
            {z: k.addresses for k in (self.knot, self.above) for z in k.zones},
            anchor=anchor,
        )

    def _zones(self) -> dict[str, str]:
        net = self.network
        hosts = {
            net.old: "mx.oldhost.test",
            net.new: "mx1.newhost.test",
            net.new_second: "mx2.newhost.test",
            net.out: "mx.outside.test",
            **dict(zip(net.name_servers, self.knot.names, strict=True)),
        }
        name_servers = zip(self.knot.names, net.name_servers, strict=True)
        pointers = "".join(f"{ip.rpartition('.')[2]} PTR {h}.\n" for ip, h in hosts.items())
        return {
            DOMAIN: '@ MX 10 mx.oldhost.test.\n@ TXT "v=spf1 mx -all"\n',
            "oldhost.test": f"mx A {net.old}\nimap A {net.old}\n",
            "newhost.test": f"mx1 A {net.new}\nmx2 A {net.new_second}\nimap A {net.new}\n",
            "outside.test": f"@ MX 10 mx\nmx A {net.out}\n",
            "nameservers.test": "".join(f"{n}. A {ip}\n" for n, ip in name_servers),
            net.reverse_zone: pointers,
        }

    def _delegations(self) -> str:
        """Return the zone above: it delegates, and vouches for one zone."""
        below = (DOMAIN, "oldhost.test", "newhost.test", "outside.test", "nameservers.test")
        hosts = "".join(f"{n}. A {self.network.above}\n" for n in self.above.names)
        return hosts + "".join(f"{z}. NS {n}.\n" for z in below for n in self.knot.names)
