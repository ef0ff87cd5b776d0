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
import sys
from pathlib import Path

from migrate_mail.net.imap_append import Appender
from migrate_mail.net.imap_writer import Session
from migrate_mail.net.stream import Stream
from migrate_mail.state.sync_journal import SyncJournal
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
    inventory = inventory_for(Path(order["base"]), order["old"], order["new"])
    outcome = Move(None, None, inventory).sync(ANNA)
    return 0 if outcome.state == "done" else 1


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
