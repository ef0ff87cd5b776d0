"""Cyrus and Courier beside Dovecot. Debian lets only one IMAP server be installed: these two are unpacked.

`./dev` puts their packages under the virtual environment, and installs what they share with others.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from real.servers.network import Network
from real.servers.processes import PATH, Processes, until

UNPACKED = Path(sys.prefix) / "others"
CYRUS = UNPACKED / "cyrus-imapd" / "usr/lib/cyrus/bin/imapd"
COURIER = UNPACKED / "courier-imap" / "usr/bin/imapd"
MAIL = 8
"""uid and gid of `mail` on Debian."""
IMAPD_CONF = """\
configdirectory: {folder}/conf
defaultpartition: default
partition-default: {folder}/spool
admins: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {folder}/run/mux
servername: cyrus.others.test
unixhierarchysep: no
altnamespace: no
autocreate_quota: 0
autocreate_inbox_folders: Sent | Drafts
autocreate_subscribe_folders: Sent | Drafts
xlist-sent: Sent
xlist-drafts: Drafts
duplicatesuppression: no
"""
CYRUS_CONF = """\
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{folder}/bin/imapd -C {folder}/imapd.conf -U 30" listen="{address}:143" prefork=0 maxchild=20
}}
EVENTS {{
}}
"""
COURIER_RUN = """\
#!/bin/sh
# In a mount namespace of its own: Courier's paths are compiled in.
set -e
mount --bind {folder}/etc /etc/courier
mount --bind {folder}/run /run/courier
/usr/sbin/makeuserdb
/usr/lib/courier/courier-authlib/authdaemond &
export IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
export IMAP_KEYWORDS=1 IMAP_ACL=1 IMAP_IDLE_TIMEOUT=60 IMAP_MAILBOX_SANITY_CHECK=1 IMAP_CHECK_ALL_FOLDERS=0
export IMAP_OBSOLETE_CLIENT=0 IMAP_UMASK=077 IMAP_ULIMITD=131072 IMAP_USELOCKS=1 IMAP_TRASHFOLDERNAME=Trash
export IMAP_EMPTYTRASH=Trash:7 MAILDIRPATH=Maildir TLS_PROTOCOL=
exec /usr/sbin/couriertcpd -address={address} -maxprocs=20 -maxperip=20 -nodnslookup -noidentlookup \\
  143 {folder}/bin/imaplogin {folder}/bin/imapd Maildir
"""
AUTHDAEMONRC = """\
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
"""


class Other:
    """An IMAP server without TLS on loopback; users log in with name and password."""

    def __init__(self, folder: Path, users: dict[str, str]) -> None:
        self.folder = folder
        self.users = users
        self._network = Network()
        self.address = self._network.old
        self._processes = Processes(folder)

    def end(self) -> None:
        """Stop it."""
        self._processes.end()
        self._network.close()

    def _put(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def _start(self, name: str, *command: str | Path) -> None:
        self._processes.start(name, *command, listens=[(self.address, 143)])


class Cyrus(Other):
    """Cyrus 3.6, folders below `INBOX.`; its logins are asked of us, as saslauthd would be."""

    def __init__(self, folder: Path, users: dict[str, str]) -> None:
        super().__init__(folder, users)
        for name in ("bin", "conf", "spool", "run"):
            (folder / name).mkdir()
            if name != "bin":
                shutil.chown(folder / name, "cyrus", "mail")
        shutil.copy(CYRUS, folder / "bin")  # the user `cyrus` must be able to read it
        self._asked = socket.socket(socket.AF_UNIX)
        self._asked.bind(str(folder / "run/mux"))
        (folder / "run/mux").chmod(0o777)
        self._asked.listen(20)
        threading.Thread(target=self._answer, daemon=True).start()
        conf = self._put("imapd.conf", IMAPD_CONF.format(folder=folder))
        text = CYRUS_CONF.format(folder=folder, address=self.address)
        master = ("-M", self._put("cyrus.conf", text), "-p", folder / "run/master.pid")
        self._start("cyrus", "/usr/sbin/cyrmaster", "-C", conf, *master)

    def end(self) -> None:
        """Stop it."""
        super().end()
        self._asked.close()

    def _answer(self) -> None:
        """Speak saslauthd's protocol: four strings with 16-bit lengths in, OK or NO out."""
        while True:
            try:
                caller, _ = self._asked.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as words, contextlib.suppress(struct.error):
                user, password, *_ = [
                    words.read(struct.unpack("!H", words.read(2))[0]).decode() for _ in range(4)
                ]
                said = b"OK" if self.users.get(user) == password else b"NO"
                caller.sendall(struct.pack("!H", 2) + said)


class Courier(Other):
    """Courier 5.0: no MULTIAPPEND, no SPECIAL-USE, dates in UTC."""

    def __init__(self, folder: Path, users: dict[str, str]) -> None:
        super().__init__(folder, users)
        for name in ("etc/shared", "run/authdaemon", "mail", "bin"):
            (folder / name).mkdir(parents=True)
        for name in ("run", "run/authdaemon"):
            shutil.chown(folder / name, "courier", "courier")
        os.chown(folder / "mail", MAIL, MAIL)
        shutil.copy(COURIER, folder / "bin")
        shutil.copy(COURIER.parents[1] / "lib/courier/courier/imaplogin", folder / "bin")
        self._put("etc/authdaemonrc", AUTHDAEMONRC)
        self._put("etc/imapd", "IMAPDSTART=YES\n")
        rows = [self._row(user, password) for user, password in users.items()]
        self._put("etc/userdb", "".join(rows), 0o600)
        text = COURIER_RUN.format(folder=folder, address=self.address)
        self._start("courier", "unshare", "-m", self._put("run.sh", text, 0o755))
        user, password = next(iter(users.items()))
        until(lambda: lets_in(self.address, user, password), "Courier lets nobody in")

    def _row(self, user: str, password: str) -> str:
        hashed = subprocess.run(
            ["/usr/sbin/userdbpw", "-md5"], input=f"{password}\n{password}\n",
            capture_output=True, text=True, check=True,
        ).stdout.split()[-1]  # fmt: skip
        home = self.folder / "mail" / user
        made = ["/usr/bin/maildirmake.courier", str(home)]
        subprocess.run(made, check=True, user=MAIL, group=MAIL)
        return f"{user}\tuid={MAIL}|gid={MAIL}|home={self.folder}/mail|mail={home}|imappw={hashed}\n"


def lets_in(address: str, user: str, password: str) -> bool:
    """Tell whether a login works: who knows the passwords may be later than who takes the calls."""
    said = b""
    try:
        with socket.create_connection((address, 143), timeout=5) as line:
            line.sendall(f"a LOGIN {user} {password}\r\n".encode())
            while b"\na " not in said and (part := line.recv(4096)):
                said += part
    except OSError:
        return False
    return b"\na OK" in said


def lacking() -> list[str]:
    """Return what this machine lacks to run them; [] when it can."""
    commands = ("cyrmaster", "couriertcpd", "makeuserdb", "unshare")
    found = [name for name in commands if not shutil.which(name, path=PATH)]
    return found + [p.parents[3].name for p in (CYRUS, COURIER) if not p.exists()]
