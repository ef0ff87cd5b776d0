#!/usr/bin/env python3
"""How long a first copy takes, and one with nothing to do, beside mbsync in the same run.

    ./dev run python benchmarks/sync.py [--messages 2000] [--size 2000]

Two real Dovecots on loopback with TLS, one account, whole processes including their start.
Needs root, the Debian packages of the real tests, and isync for the peer. Prints seconds,
ratios to mbsync, and the peak memory of each; machines are noisy, so only the ratios count.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from real.project import write_project  # noqa: E402 - the path comes first
from real.servers.world import OLD_PASSWORDS, SPARES, World  # noqa: E402

USER = next(iter(OLD_PASSWORDS))
FOR_US, FOR_PEER = list(SPARES)[:2]
MBSYNC = """\
IMAPAccount old
Host {old}
User {user}
PassCmd "cat {secrets}/old"
SSLType IMAPS
CertificateFile {certificate}

IMAPStore old
Account old

IMAPAccount new
Host {new}
User {peer}
PassCmd "cat {secrets}/new"
SSLType IMAPS
CertificateFile {certificate}

IMAPStore new
Account new

Channel move
Far :old:
Near :new:
Pattern INBOX
Create Near
Sync Pull New
SyncState {folder}/
CopyArrivalDate yes
"""


@dataclass(frozen=True)
class Spent:
    """What one process took."""

    seconds: float
    peak_mib: float


def spend(command: list[str], folder: Path, environment: dict[str, str]) -> Spent:
    """Run a command to its end; it must succeed."""
    out = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execvpe(command[0], command, {**os.environ, **environment})
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    os.close(out)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)} failed:\n{(folder / 'said').read_text()}")
    return Spent(seconds, usage.ru_maxrss / 1024)


def fill(world: World, messages: int, size: int) -> None:
    """Put messages into the INBOX at old, by many APPENDs in one go."""
    from imapclient import IMAPClient

    with IMAPClient(world.old.dovecot.address, ssl_context=_context(world)) as client:
        client.login(USER, OLD_PASSWORDS[USER])
        for start in range(0, messages, 100):
            some = range(start, min(start + 100, messages))
            client.multiappend("INBOX", [_letter(n, size) for n in some])


def _letter(number: int, size: int) -> dict[str, object]:
    from datetime import UTC, datetime

    head = f"From: <a@x.test>\r\nSubject: {number}\r\nMessage-ID: <{number}@x.test>\r\n\r\n"
    body = (f"line {number} of a letter\r\n" * (size // 20))[: size - len(head) - 2] + "\r\n"
    when = datetime(2024, 1, 1, 12, number % 60, tzinfo=UTC)
    return {"msg": (head + body).encode(), "flags": [b"\\Seen"], "date": when}


def _context(world: World):  # noqa: ANN202 - an ssl context, imported late
    import ssl

    context = ssl.create_default_context(cafile=str(world.certificates.ca))
    context.check_hostname = False
    return context


def peer(world: World, folder: Path) -> list[str]:
    """Write mbsync's configuration; return its command."""
    folder.mkdir()
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "old").write_text(OLD_PASSWORDS[USER])
    (secrets / "new").write_text(SPARES[FOR_PEER])
    text = MBSYNC.format(
        old=world.old.dovecot.address,
        new=world.new.dovecot.address,
        user=USER,
        peer=FOR_PEER,
        secrets=secrets,
        certificate=world.certificates.ca,
        folder=folder,
    )
    (folder / "mbsyncrc").write_text(text)
    return ["mbsync", "-c", str(folder / "mbsyncrc"), "move"]


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    wanted.add_argument("--messages", type=int, default=2000)
    wanted.add_argument("--size", type=int, default=2000)
    options = wanted.parse_args()
    base = Path(tempfile.mkdtemp(prefix="mm-bench-"))
    try:
        with World() as world:
            fill(world, options.messages, options.size)
            ours = base / "ours"
            ours.mkdir()
            environment = write_project(world, ours, moves={USER: FOR_US})
            commands = {
                "migrate-mail": (
                    [sys.executable, "-m", "migrate_mail", "sync"],
                    ours,
                    environment,
                )
            }
            if shutil.which("mbsync"):
                commands["mbsync"] = (peer(world, base / "peer"), base / "peer", {})
            report(options.messages, {n: [spend(*c), spend(*c)] for n, c in commands.items()})
    finally:
        shutil.rmtree(base)


def report(messages: int, spent: dict[str, list[Spent]]) -> None:
    """Print seconds, ratios and memory."""
    print(f"{messages} messages: first copy, and again with nothing to do")
    for name, (first, again) in spent.items():
        print(
            f"{name:14} {first.seconds:7.2f} s {again.seconds:7.2f} s  peak {first.peak_mib:.0f} MiB"
        )
    if len(spent) == 2:
        (ours, ours_again), (theirs, theirs_again) = spent.values()
        print(
            f"ratio          {ours.seconds / theirs.seconds:7.2f}   {ours_again.seconds / theirs_again.seconds:7.2f}"
        )


if __name__ == "__main__":
    main()
