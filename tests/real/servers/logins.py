"""A Dovecot that takes every kind of login that we know: passwords, master users, tokens."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
from pathlib import Path

import trustme

from real.servers.network import Network
from real.servers.processes import Processes

CONF = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
instance_name = real-logins
verbose_proctitle = yes
listen = {address}
protocols = imap
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_username_format = %Lu
auth_master_user_separator = *
auth_failure_delay = 0
first_valid_uid = 1
mail_fsync = never
mail_location = sdbox:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = {folder}/masters
  master = yes
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
protocol imap {{
  mail_plugins = imap_zlib
}}
namespace inbox {{
  inbox = yes
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = 143
  }}
  inet_listener imaps {{
    port = 993
    ssl = yes
  }}
}}
"""
OAUTH2 = """\
introspection_mode = post
introspection_url = {url}/introspect
tls_ca_cert_file = {ca}
username_attribute = username
active_attribute = active
active_value = true
force_introspection = yes
"""
HOST = "imap.logins.test"


class Logins:
    """The server. users, masters: name and password; introspection: where it asks about tokens."""

    def __init__(
        self,
        folder: Path,
        *,
        users: dict[str, str],
        masters: dict[str, str],
        introspection: str,
        ca: Path,
    ) -> None:
        self.folder = folder
        self.ca = folder / "ca.pem"
        self._network = Network()
        self.address = self._network.old
        self._processes = Processes(folder)
        owner = pwd.getpwnam("mail")
        (folder / "mail").mkdir()
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
        self._certify()
        self._passwords("users", users)
        self._passwords("masters", masters)
        shutil.copyfile(ca, folder / "sign-in-ca.pem")
        (folder / "oauth2").write_text(
            OAUTH2.format(url=introspection, ca=folder / "sign-in-ca.pem")
        )
        self._conf = CONF.format(
            folder=folder, address=self.address, uid=owner.pw_uid, gid=owner.pw_gid
        )
        self.start()

    def start(self, also: str = "") -> None:
        """Start it; also: further lines of its configuration."""
        (self.folder / "dovecot.conf").write_text(self._conf + also)
        listens = [(self.address, port) for port in (993, 143)]
        command = ("dovecot", "-F", "-c", self.folder / "dovecot.conf")
        self._processes.start("dovecot-logins", *command, listens=listens)

    def stop(self) -> None:
        """End it and all its sessions, as a restart does."""
        self._processes.stop("dovecot-logins")

    @property
    def connect(self) -> dict[str, str]:
        """Where to dial instead of the name in the certificate."""
        return {f"{HOST}:{port}": f"{self.address}:{port}" for port in (143, 993)}

    def throw_out(self, user: str) -> None:
        """End a user's sessions, as a server does when a token has expired."""
        for pid in self._processes.pids():
            with contextlib.suppress(OSError):
                title = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"/imap [" + user.encode() in title:
                    os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop it."""
        self._processes.end()
        self._network.close()

    def _certify(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca))
        path = self.folder / "server.pem"
        path.touch(mode=0o600)
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(path))

    def _passwords(self, name: str, given: dict[str, str]) -> None:
        path = self.folder / name
        path.write_text("".join(f"{u}:{{PLAIN}}{p}::::::\n" for u, p in given.items()))
        path.chmod(0o640)
        shutil.chown(path, "root", "dovecot")
