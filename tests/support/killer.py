"""A process that syncs an account and kills itself with SIGKILL at the n-th event.

It reads orders as JSON lines, forks for each, and answers with how the child ended. Events are
counted on both sides of every call that makes a message or its record durable, and at every
packet of an APPEND. The counters are put around the product from here: it holds no hook.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from migrate_mail.inventory.load import load_inventory
from migrate_mail.net import imap_turns
from migrate_mail.net.imap_append import Appender
from migrate_mail.net.imap_writer import Session
from migrate_mail.net.stream import Stream
from migrate_mail.run.world import open_world
from migrate_mail.state.store import Store
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.progress import AccountOutcome
from support.moving import ANNA, Move, inventory_for


class Fate:
    """Counts events; at the n-th one the process is gone."""

    def __init__(self, place: int) -> None:
        self.left = place
        self.appending = False

    def event(self) -> None:
        """Come one event nearer to the end."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, name: str) -> None:
        """Count before and after every call of a method."""
        method = getattr(owner, name)

        @functools.wraps(method)
        def counted(*args, **kwargs):
            self.event()
            self.appending = name in {"append", "begin", "write", "end", "results"}
            result = method(*args, **kwargs)
            self.appending = False
            self.event()
            return result

        setattr(owner, name, counted)

    def during_append(self) -> None:
        """Count every packet that is sent for an APPEND."""
        send = Stream.send

        @functools.wraps(send)
        def counted(stream, data):
            send(stream, data)
            if self.appending:
                self.event()

        Stream.send = counted


def live(order: dict) -> int:
    """Sync until done, or until the place where it ends."""
    fate = Fate(order["place"])
    for name in ("open_windows", "enter", "enter_rows", "close_windows", "looked"):
        fate.around(SyncJournal, name)
    for name in ("begin", "write", "end", "results"):
        fate.around(Appender, name)
    fate.around(Session, "append")
    fate.during_append()
    move = Move(None, None, None)
    if "large" in order:
        imap_turns.LARGE = order["large"]
        move.spare = threading.Semaphore(1)
    if "project" in order:
        outcome = sync_project(Path(order["project"]))
    else:
        move.inventory = inventory_for(Path(order["base"]), order["old"], order["new"])
        outcome = move.sync(ANNA)
    return 0 if outcome.state == "done" else 1


def sync_project(folder: Path) -> AccountOutcome:
    """Sync the only account of a project as the command does."""
    inventory = load_inventory(folder / "migration.yaml")
    world = open_world(inventory)
    (account,) = inventory.accounts
    doors = Doors(inventory, world.imap, world.secret, world.renewed)
    stop = threading.Event()
    with Store.open(folder / "migration.state", command="sync") as store:
        kit = SyncKit(doors, store.sync, world.clock, stop.wait, stop, watch=lambda _: None)
        return sync_account(account, kit)


class Killer:
    """The process that takes orders. Used as a context manager."""

    def __enter__(self) -> Self:
        tests = Path(__file__).parents[1]
        path = os.pathsep.join([str(tests), str(tests.parent)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.killer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(20) == 0

    def __call__(self, place: int, **order: object) -> int:
        """Sync up to a place (0: to the end); return how that ended, negative for a signal."""
        self._process.stdin.write(json.dumps({"place": place, **order}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def main() -> None:
    """Fork for each order; answer with the child's exit code, negative for a signal."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(live(json.loads(line)))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
