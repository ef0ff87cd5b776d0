"""Two Dovecots on loopback for benchmarks: Maildir on both sides, any user, one password, on a tmpfs."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

PASSWORD = "benchmark"
CONF = """\
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
instance_name = bench-{name}
listen = {address}
protocols = imap
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/cert.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_fsync = never
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 50
default_process_limit = 200
default_client_limit = 1000
default_vsz_limit = 2G
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  mail_plugins = {plugins}
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """One dovecot; `plain` and `tls` are its ports."""

    def __init__(self, base: Path, name: str, address: str, *, compress: bool) -> None:
        self.folder = base / name
        self.address = address
        self.plain, self.tls = 10143, 10993
        self._owner = pwd.getpwnam("mail")
        self._conf = self.folder / "dovecot.conf"
        run = base / f"{name}-run"
        (self.folder / "mail").mkdir(parents=True)
        run.mkdir()
        os.chown(self.folder / "mail", self._owner.pw_uid, self._owner.pw_gid)
        self._conf.write_text(
            CONF.format(
                folder=self.folder, run=run, name=name, address=address, password=PASSWORD,
                uid=self._owner.pw_uid, gid=self._owner.pw_gid, plain=self.plain, tls=self.tls,
                plugins="imap_zlib" if compress else "",
            )
        )  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, authority: trustme.CA) -> None:
        """Listen on both ports, awake."""
        certificate = authority.issue_cert(self.address, common_name=self.address)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(self.folder / "cert.pem"))
        self._process = subprocess.Popen(["dovecot", "-F", "-c", str(self._conf)])
        for port in (self.plain, self.tls):
            wait_for(self.address, port)
        # Whoever logs in first waits until the server has started all that it needs.
        with imaplib.IMAP4(self.address, self.plain) as client:
            client.login("first", PASSWORD)
            client.select()

    def stop(self) -> None:
        """End it and all its children."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)

    def maildir(self, user: str) -> Path:
        """Where a user's mail is."""
        return self.folder / "mail" / user

    def own(self, folder: Path) -> None:
        """Give files to the user that the server runs as."""
        subprocess.run(["chown", "-R", "mail:mail", str(folder)], check=True)

    def command(self, *words: str) -> list[str]:
        """Return a doveadm command line for this server."""
        return ["doveadm", "-c", str(self._conf), *words]

    def use(self, user: str) -> None:
        """Have the server find out what it keeps in its cache, as where people use their mailboxes.

        Otherwise the first tool that copies waits for it, and the others do not.
        """
        words = self.command("fetch", "-u", user, "size.virtual date.received", "all")
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    def messages(self, user: str) -> int:
        """Count a user's messages, as the server does."""
        words = self.command("-f", "flow", "mailbox", "status", "-u", user, "messages", "*")
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        return sum(int(line.rpartition("messages=")[2]) for line in said.splitlines())


class Pair:
    """Both sides. Used as a context manager; everything is gone afterwards.

    compress: they offer COMPRESS=DEFLATE, which Debian's Dovecot does not by default.
    """

    def __init__(self, base: Path, *, compress: bool = False) -> None:
        self.base = base
        self.old = Dovecot(base, "old", "127.0.0.41", compress=compress)
        self.new = Dovecot(base, "new", "127.0.0.42", compress=compress)
        self.ca = base / "ca.pem"

    def __enter__(self) -> Self:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca))
        for side in (self.old, self.new):
            side.start(authority)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for side in (self.old, self.new):
            side.stop()
        shutil.rmtree(self.base)


def wait_for(address: str, port: int) -> None:
    """Wait until something listens."""
    pause = threading.Event()
    for _ in range(200):
        try:
            socket.create_connection((address, port), 1).close()
        except OSError:
            pause.wait(0.05)
        else:
            return
    raise SystemExit(f"nothing listens at {address}:{port}")
