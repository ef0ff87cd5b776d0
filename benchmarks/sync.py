#!/usr/bin/env python3
"""How fast a first copy is, and one with nothing to do, beside other tools in the same run.

    ./dev run python benchmarks/sync.py [--rows S1,S2] [--tls] [--scale 0.1] [--repeat 3]

Two real Dovecots on loopback with Maildir on a tmpfs; whole processes including their start.
Needs root, Debian's dovecot-imapd, and isync for the peer. Machines are noisy, so only the
ratios count. Every copy is counted at new before its time is believed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import delay
from corpora import Corpus, fill
from dovecots import PASSWORD, Pair, wait_for
from memory import touched
from peers import Command, Network, doveadm, mbsync, ours

SPEND = Path(__file__).with_name("spend.py")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. milliseconds, mbit: of the network. first, again: the ratio to reach.

    alone: for its memory, no peer would end in time.
    """

    corpus: Corpus
    first: float
    again: float = 0.0
    milliseconds: float = 0.0
    mbit: float = 0.0
    with_doveadm: bool = False
    alone: bool = False


S1 = Corpus(10_000, 12, 1_000, 180_000)
S1K = Corpus(1_000, 12, 1_000, 155_000)
ROWS = {
    "S1": Row(S1, 0.5, with_doveadm=True),
    "S2": Row(Corpus(100_000, 1, 1_900, 2_100), 0.12, with_doveadm=True),
    "S3": Row(Corpus(1_000, 6, 1_000, 20_000, accounts=20), 0.4),
    "S4": Row(Corpus(200, 1, 5_000_000, 20_000_000), 0.85),
    "S5": Row(Corpus(1_000_000, 1, 300, 500), 1.0, alone=True),
    "S1k-40ms": Row(S1K, 0.2, 0.5, milliseconds=40),
    "S1-40ms": Row(S1, 0.15, milliseconds=40),
    "S1k-40ms-20Mbit": Row(S1K, 1.0, milliseconds=40, mbit=20),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took."""

    seconds: float
    peak_mib: float


def spend(command: Command) -> Spent:
    """Run a command to its end; it must succeed."""
    said = command.folder / "said"
    words = [sys.executable, str(SPEND), str(said), *command.words]
    # Installed programs have their bytecode; ours has it after its first start.
    environment = {**os.environ, "BENCH": PASSWORD, "PYTHONDONTWRITEBYTECODE": ""}
    told = subprocess.run(
        words, cwd=command.folder, env=environment, check=True, stdout=subprocess.PIPE
    )
    found = json.loads(told.stdout)
    if found["code"]:
        sys.exit(f"{command.words[0]} ended with {found['code']}:\n{said.read_text()[-2000:]}")
    return Spent(found["seconds"], found["peak_mib"])


@contextmanager
def network(pair: Pair, row: Row, *, tls: bool) -> Iterator[Network]:
    """Give the way to both sides, through proxies where the row wants a slow line."""
    sides = [(s.address, s.tls if tls else s.plain) for s in (pair.old, pair.new)]
    if not row.milliseconds:
        yield Network(sides[0], sides[1], tls)
        return
    proxies = []
    for number, (address, port) in enumerate(sides):
        words = [
            sys.executable,
            delay.__file__,
            address,
            f"{20_000 + number}",
            address,
            f"{port}",
        ]
        proxies.append(subprocess.Popen([*words, f"{row.milliseconds}", f"{row.mbit}"]))
        wait_for(address, 20_000 + number)
    try:
        yield Network((sides[0][0], 20_000), (sides[1][0], 20_001), tls)
    finally:
        for proxy in proxies:
            proxy.kill()
            proxy.wait()


def measure(name: str, row: Row, *, tls: bool) -> dict[str, object]:
    """Copy once and again with every tool; return the line of the table."""
    base = Path(tempfile.mkdtemp(prefix="mm-bench-", dir="/dev/shm"))
    base.chmod(0o755)
    corpus = row.corpus
    users = [f"user{n}" for n in range(corpus.accounts)]
    # Where a line is slow both tools are offered compression; mbsync always takes it.
    with Pair(base, compress=row.mbit > 0) as pair:
        size = sum(fill(pair.old.maildir(user), corpus) for user in users)
        pair.old.own(pair.old.folder / "mail")
        for user in users:
            pair.old.use(user)
        counted = sum(pair.old.messages(user) for user in users)
        with network(pair, row, tls=tls) as way:
            commands = {"migrate-mail": ours(base, way, users, pair.ca)}
            if shutil.which("mbsync") and not row.alone:
                commands["mbsync"] = mbsync(base, way, users, pair.ca)
            if row.with_doveadm:
                commands["doveadm"] = doveadm(base, pair, way, users[0])
            spent = {}
            for tool, command in commands.items():
                with touched(base, size + 4096 * counted):  # a file takes whole pages
                    first = spend(command)
                spent[tool] = (first, spend(command))
                there = sum(pair.new.messages(user + command.suffix) for user in users)
                if there != counted:
                    sys.exit(f"{tool}: {there} messages are at new, {counted} at old")
    return {
        "row": name, "tls": tls, "messages": counted, "bytes": size,
        **{tool: [asdict(s) for s in times] for tool, times in spent.items()},
    }  # fmt: skip


def tell(name: str, row: Row, lines: list[dict[str, object]]) -> None:
    """Print the medians of a row and the ratios."""
    print(
        f"{name}: {lines[0]['messages']} messages, {int(str(lines[0]['bytes'])) / 1e6:.0f} MB"
    )
    medians: dict[str, tuple[float, float, float]] = {}
    for tool in (t for t in ("migrate-mail", "mbsync", "doveadm") if t in lines[0]):
        runs = [json.loads(json.dumps(line[tool])) for line in lines]
        first, again = (statistics.median(r[n]["seconds"] for r in runs) for n in (0, 1))
        peak = max(s["peak_mib"] for r in runs for s in r)
        medians[tool] = (first, again, peak)
        print(f"  {tool:13} first {first:7.2f} s  again {again:6.2f} s  peak {peak:5.0f} MiB")
    if "mbsync" in medians:
        (first, again, _), (peer, peer_again, _) = medians["migrate-mail"], medians["mbsync"]
        met = "reached" if first / peer <= row.first else "MISSED"
        print(f"  ratio         first {first / peer:7.2f}    again {again / peer_again:6.2f}    wanted {row.first}: {met}")  # fmt: skip
    if row.mbit:
        line = int(str(lines[0]["bytes"])) * 8 / row.mbit / 1e6
        print(f"  the line alone would take {line:.2f} s")


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    wanted.add_argument(
        "--rows", default=",".join(name for name, row in ROWS.items() if not row.alone)
    )
    wanted.add_argument("--tls", action="store_true")
    wanted.add_argument("--scale", type=float, default=1.0)
    wanted.add_argument("--repeat", type=int, default=1)
    wanted.add_argument("--json", type=Path)
    options = wanted.parse_args()
    told = []
    for name in options.rows.split(","):
        row = ROWS[name]
        small = Row(**{**{f: getattr(row, f) for f in row.__slots__}, "corpus": row.corpus.scaled(options.scale)})  # fmt: skip
        lines = [measure(name, small, tls=options.tls) for _ in range(options.repeat)]
        told += lines
        tell(name, small, lines)
    if options.json:
        options.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
