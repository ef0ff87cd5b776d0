"""What is measured: one command of each tool for the same copy.

mbsync is asked for new messages and for flags that changed, as a sync of ours follows both.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from dovecots import PASSWORD, Pair

MIGRATION = """\
schema: migrate-mail/migration/v1
name: benchmark
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: {old}, port: {old_port}, tls: {tls}, ca: {ca}, user: "${{local}}", secret: "env:BENCH", connections: {jobs}}}
  new:
    mx: [{{host: mx.new.example}}]
    imap: {{host: {new}, port: {new_port}, tls: {tls}, ca: {ca}, user: "${{local}}-ours", secret: "env:BENCH", connections: {jobs}}}
accounts: accounts.csv
probe: {{sender: probe@example.net, helo: probe.example.net}}
"""
MBSYNC = """\
IMAPAccount old-{user}
Host {old}
Port {old_port}
User {user}
Pass {password}
SSLType {ssl}
CertificateFile {ca}

IMAPStore old-{user}
Account old-{user}

IMAPAccount new-{user}
Host {new}
Port {new_port}
User {user}-mbsync
Pass {password}
SSLType {ssl}
CertificateFile {ca}

IMAPStore new-{user}
Account new-{user}

Channel {user}
Far :old-{user}:
Near :new-{user}:
Pattern *
Create Near
Sync Pull New Flags
SyncState {folder}/{user}-
CopyArrivalDate yes

"""


@dataclass(frozen=True, slots=True)
class Network:
    """Where the tools find the two sides: at the servers, or at proxies that stand before them."""

    old: tuple[str, int]
    new: tuple[str, int]
    tls: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command, where it runs, and the suffix of the users at new that it fills."""

    words: list[str]
    folder: Path
    suffix: str


def ours(base: Path, network: Network, users: list[str], ca: Path) -> Command:
    """Write a migration for these users."""
    folder = base / "ours"
    folder.mkdir()
    text = MIGRATION.format(
        old=network.old[0], old_port=network.old[1], new=network.new[0],
        new_port=network.new[1], tls="implicit" if network.tls else "none", ca=ca, jobs=8,
    )  # fmt: skip
    (folder / "migration.yaml").write_text(text)
    rows = ["address", *(f"{user}@example.org" for user in users)]
    (folder / "accounts.csv").write_text("\n".join(rows) + "\n")
    program = Path(sys.executable).with_name("migrate-mail")
    return Command([str(program), "sync"], folder, "-ours")


def mbsync(base: Path, network: Network, users: list[str], ca: Path) -> Command:
    """Write mbsync's configuration for these users."""
    folder = base / "mbsync"
    folder.mkdir()
    text = "".join(
        MBSYNC.format(
            user=user, folder=folder, ca=ca, password=PASSWORD,
            old=network.old[0], old_port=network.old[1], new=network.new[0],
            new_port=network.new[1], ssl="IMAPS" if network.tls else "None",
        )
        for user in users
    )  # fmt: skip
    (folder / "mbsyncrc").write_text(text)
    return Command(["mbsync", "-q", "-c", str(folder / "mbsyncrc"), "-a"], folder, "-mbsync")


def doveadm(base: Path, pair: Pair, network: Network, user: str) -> Command:
    """Return dsync's command: it pulls into the new server's own files, over IMAP from old."""
    folder = base / "doveadm"
    folder.mkdir()
    settings = {
        "imapc_host": network.old[0], "imapc_port": network.old[1], "imapc_user": user,
        "imapc_password": PASSWORD, "imapc_features": "rfc822.size fetch-headers",
        "imapc_ssl": "imaps" if network.tls else "no", "imapc_ssl_verify": "no",
    }  # fmt: skip
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    words = pair.new.command(*options, "backup", "-R", "-u", f"{user}-doveadm", "imapc:")
    return Command(words, folder, "-doveadm")
