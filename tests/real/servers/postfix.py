"""Postfix: the MX of each side, and one that stands for the rest of the world."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from real.servers.processes import Processes, name_of, until

MASTER = Path("/usr/lib/postfix/sbin/master")

MAIN = """\
compatibility_level = 3.6
queue_directory = {spool}
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
syslog_name = {name}
myhostname = {host}
mydestination =
local_recipient_maps =
alias_maps =
inet_protocols = ipv4
inet_interfaces = loopback-only
proxy_interfaces = {address}
smtp_bind_address = {address}
smtp_host_lookup = dns
smtp_connection_cache_on_demand = no
smtp_tls_CAfile = {ca}
smtp_tls_loglevel = 1
smtpd_tls_chain_files = {certificate}
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 20s
in_flow_delay = 0s
"""

RECEIVER = """\
mynetworks = {address}/32
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_alias_maps = texthash:{folder}/aliases
virtual_transport = lmtp:inet:{lmtp}:24
lmtp_destination_recipient_limit = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{lmtp}:12345
smtpd_sender_login_maps = texthash:{folder}/owners
submission_recipients =
"""

OUTSIDE = """\
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = outside.test
virtual_transport = discard
smtp_tls_security_level = verify
smtp_tls_verify_cert_match = hostname
"""

# The address stands here and not in inet_interfaces: no interface lists 127.x.0.1, and Postfix
# would refuse it there. Chroot (fifth column) where names are looked up: those processes then
# read our resolv.conf and not the machine's.
LISTENER = "{address}:25 inet n - y - - smtpd\n"
SENDING = """\
{address}:465 inet n - y - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
  -o smtpd_recipient_restrictions=$submission_recipients
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
"""
MASTER_CF = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - y - - smtp
relay unix - - y - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
PRIVATE = "active bounce corrupt defer deferred flush hold incoming private saved trace"


class Postfix:
    """One Postfix instance with everything below its own folder."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        host: str,
        addresses: Sequence[str],
        resolver: str,
    ) -> None:
        self.name = name
        self.host = host
        self.address = addresses[0]
        self._addresses = tuple(addresses)
        self._folder = folder
        self._spool = folder / "spool"
        self._pid = 0
        self._main = ""
        self._make_folders()
        self._make_jail(resolver)

    def start_as_receiver(
        self,
        processes: Processes,
        *,
        domain: str,
        lmtp: str,
        mailboxes: Sequence[str],
        aliases: Mapping[str, str],
        certificate: Path,
        ca: Path,
    ) -> None:
        """Take mail for one domain only: mailboxes over LMTP, aliases, 550 for the rest.

        Its users send by port 465, with the passwords that the Dovecot beside it knows.
        """
        self._write("mailboxes", "".join(f"{m} yes\n" for m in mailboxes))
        self._write("owners", "".join(f"{m} {m}\n" for m in mailboxes))
        self._write_aliases(aliases)
        own = RECEIVER.format(
            address=self.address, domain=domain, folder=self._folder, lmtp=lmtp
        )
        sending = SENDING.format(address=self.address)
        self._start(processes, own, sending, certificate=certificate, ca=ca)

    def start_as_outside(self, processes: Processes, *, certificate: Path, ca: Path) -> None:
        """Take any mail from loopback and send it on by MX, as the rest of the world does."""
        self._start(processes, OUTSIDE, "", certificate=certificate, ca=ca)

    def set_aliases(self, aliases: Mapping[str, str]) -> None:
        """Change the aliases as the mail admin would: edit the map, reload."""
        self._write_aliases(aliases)
        os.kill(self._pid, signal.SIGHUP)

    def set_options(self, **options: str) -> None:
        """Change settings as the mail admin would, and wait until they are in force; none: as before."""
        self._main = self._main or (self._folder / "main.cf").read_text()
        before, servers = self.log().count("reload --"), self._servers()
        self._write("main.cf", self._main + "".join(f"{k} = {v}\n" for k, v in options.items()))
        self._reload(before)
        # One that waits for its next client would still serve it by the old settings.
        until(
            lambda: not servers & self._servers(),
            f"a server of {self.name} outlived the reload",
        )

    def _reload(self, before: int) -> None:
        """Have it reload, and again where its log does not tell of it: seen once in a thousand times."""

        def told() -> bool:
            return self.log().count("reload --") > before

        os.kill(self._pid, signal.SIGHUP)
        with suppress(TimeoutError):
            until(told, "", within=5)
            return
        os.kill(self._pid, signal.SIGHUP)
        until(told, f"{self.name} did not reload")

    def _servers(self) -> set[int]:
        """Return the processes that talk to clients."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        return {int(c) for c in children if name_of(c) == "smtpd"}

    def log(self) -> str:
        """Return what Postfix logged so far."""
        return (self._folder / "log").read_text(errors="replace")

    def _start(
        self, processes: Processes, own: str, sending: str, *, certificate: Path, ca: Path
    ) -> None:
        common = MAIN.format(
            spool=self._spool,
            folder=self._folder,
            name=self.name,
            host=self.host,
            address=self.address,
            certificate=certificate,
            ca=ca,
        )
        self._write("main.cf", common + own)
        listeners = "".join(LISTENER.format(address=a) for a in self._addresses)
        self._write("master.cf", listeners + sending + MASTER_CF)
        # The master itself, in our session: `postfix start` takes 2 s and hides it elsewhere.
        command = (MASTER, "-c", self._folder, "-s")
        listens = [(address, 25) for address in self._addresses]
        listens += [(self.address, 465)] if sending else []
        processes.start(f"postfix-{self.name}", *command, listens=listens)
        self._pid = processes.pid(f"postfix-{self.name}")

    def _write_aliases(self, aliases: Mapping[str, str]) -> None:
        self._write("aliases", "".join(f"{a} {target}\n" for a, target in aliases.items()))

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.write_text(text)
        # Postfix dozes several times over a file that is only seconds old (2 s in all).
        before = time.time() - 60
        os.utime(path, (before, before))

    def _make_folders(self) -> None:
        """Make what `postfix start` would make."""
        self._spool.mkdir(parents=True)
        (self._folder / "data").mkdir()
        shutil.chown(self._folder / "data", "postfix", "postfix")
        (self._spool / "pid").mkdir()
        for name in PRIVATE.split():
            self._queue(name, 0o700, "root")
        self._queue("maildrop", 0o730, "postdrop")
        self._queue("public", 0o710, "postdrop")

    def _queue(self, name: str, mode: int, group: str) -> None:
        path = self._spool / name
        path.mkdir()
        shutil.chown(path, "postfix", group)
        path.chmod(mode)

    def _make_jail(self, resolver: str) -> None:
        etc = self._spool / "etc"
        etc.mkdir()
        (etc / "resolv.conf").write_text(
            f"nameserver {resolver}\noptions timeout:3 attempts:2\n"
        )
        (etc / "hosts").write_text("127.0.0.1 localhost\n")
        for name in ("services", "nsswitch.conf"):
            source = Path("/etc") / name
            if source.exists():
                shutil.copy(source, etc / name)
