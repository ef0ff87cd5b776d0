"""Dovecot: one side's mailboxes, over IMAP to people and over LMTP from Postfix."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from real.servers.processes import Processes, name_of, until

CONF = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
instance_name = real-tests-{name}
listen = {address}
protocols = imap lmtp
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
auth_mechanisms = plain login
auth_username_format = %Lu
first_valid_uid = 1
mail_fsync = never
mail_location = {format}:{folder}/mail/%u
default_process_limit = 60
default_client_limit = 300
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@{name}host.test
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
service lmtp {{
  inet_listener lmtp {{
    port = 24
  }}
}}
service auth {{
  inet_listener postfix {{
    address = {address}
    port = 12345
  }}
}}
service stats {{
  client_limit = 300
}}
"""


RELOADED = "SIGHUP received - reloading configuration"


def quota(storage: str) -> str:
    """Return the settings of a quota on each mailbox, such as `1M`."""
    return f"""\
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={storage}
}}
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a Dovecot stores and names folders."""

    format: str
    separator: str
    prefix: str


OLD_LAYOUT = Layout("maildir", ".", "INBOX.")
NEW_LAYOUT = Layout("sdbox", "/", "")


class Dovecot:
    """One dovecot with its users (login name: password)."""

    def __init__(self, folder: Path, *, name: str, address: str, layout: Layout) -> None:
        self.folder = folder
        self.name = name
        self.address = address
        self.layout = layout
        self._conf = ""
        self._pid = 0
        self._owner = pwd.getpwnam("mail")
        (folder / "mail").mkdir(parents=True)
        os.chown(folder / "mail", self._owner.pw_uid, self._owner.pw_gid)

    def start(
        self, processes: Processes, users: Mapping[str, str], *, certificate: Path
    ) -> None:
        """Write the configuration and listen on the ports of IMAP, IMAPS and LMTP."""
        self._write_users(users)
        conf = self.folder / "dovecot.conf"
        self._conf = CONF.format(
            folder=self.folder,
            name=self.name,
            address=self.address,
            certificate=certificate,
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
            format=self.layout.format,
            separator=self.layout.separator,
            prefix=self.layout.prefix,
        )
        conf.write_text(self._conf)
        listens = [(self.address, port) for port in (993, 143, 24, 12345)]
        command = ("dovecot", "-F", "-c", conf)
        processes.start(f"dovecot-{self.name}", *command, listens=listens)
        self._pid = processes.pid(f"dovecot-{self.name}")

    def set_options(self, text: str) -> None:
        """Add settings as the mail admin would, and wait until they are in force; none: as before."""
        conf, log, servers = self.folder / "dovecot.conf", self.folder / "log", self._servers()
        before = log.read_text().count(RELOADED)
        fresh = conf.with_suffix(".fresh")
        fresh.write_text(self._conf + text)
        fresh.replace(conf)  # in one step: it may be read at any time
        os.kill(self._pid, signal.SIGHUP)
        until(lambda: log.read_text().count(RELOADED) > before, f"{self.name} did not reload")
        # One that waits for its next client would still serve it by the old settings.
        until(
            lambda: not servers & self._servers(),
            f"a server of {self.name} outlived the reload",
        )

    def _servers(self) -> set[int]:
        """Return the processes that talk to clients, and those that know passwords and settings."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        return {
            int(c) for c in children if name_of(c) in {"imap-login", "imap", "auth", "config"}
        }

    def stored(self, user: str) -> int:
        """Count the messages of a user on the disk: works while others write (sdbox only)."""
        return sum(1 for _ in (self.folder / "mail" / user).rglob("u.*"))

    def set_users(self, users: Mapping[str, str]) -> None:
        """Change names and passwords as the mail admin would."""
        self._write_users(users)
        self.set_options("")

    def _write_users(self, users: Mapping[str, str]) -> None:
        path = self.folder / "users"
        path.write_text("".join(f"{u}:{{PLAIN}}{p}::::::\n" for u, p in users.items()))
        path.chmod(0o640)
        shutil.chown(path, "root", "dovecot")
