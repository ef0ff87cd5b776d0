"""What the sync of one account works with: sessions, journal, counters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from migrate_mail.finding import Clock
from migrate_mail.net.imap import ReadOnlySession, Session
from migrate_mail.state.records import FolderRecord, MessageRecord, SyncFailure
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.names import FolderPair
from migrate_mail.sync.progress import SyncProgress, SyncState

Watch = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class SyncKit:
    """What every account's sync needs from outside.

    switched: the domains after their switch, where new only gains messages. stop: set it, and
    every account stops at its next message boundary. watch: called from several threads.
    """

    doors: Doors
    journal: SyncJournal
    clock: Clock
    wait: Callable[[float], None]
    stop: threading.Event
    watch: Watch
    switched: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """The counters of one account in one run; `total`, `done` and `failed` in one pass."""

    account: str
    folder: str = ""
    folders: int = 0
    total: int = 0
    done: int = 0
    copied: int = 0
    bytes: int = 0
    adopted: int = 0
    flagged: int = 0
    failed: int = 0

    def progress(self, state: SyncState, note: str = "") -> SyncProgress:
        """Return the counters as they are now."""
        return SyncProgress(
            account=self.account,
            state=state,
            folder=self.folder,
            total=max(self.total, self.done),
            done=self.done,
            copied=self.copied,
            bytes=self.bytes,
            failed=self.failed,
            note=note,
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """One account being worked on: both sessions, open at the same time."""

    account: str
    kit: SyncKit
    tally: Tally
    old: ReadOnlySession
    new: Session
    additions_only: bool

    @property
    def stopped(self) -> bool:
        """True when somebody asked to stop."""
        return self.kit.stop.is_set()

    def say(self, state: SyncState) -> None:
        """Tell whoever watches."""
        self.kit.watch(self.tally.progress(state))

    def fail(self, folder: str, uid: int | None, subject: str, reason: str) -> None:
        """Enter a message, or a whole folder, as not copied, by name."""
        at = self.kit.clock()
        self.kit.journal.fail(SyncFailure(self.account, folder, uid, subject, reason, at))
        self.tally.failed += 1


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder that is open on both sides.

    uidnext: a UID at new that no message had yet when it was opened.
    permanent: the flags that new can store there.
    """

    pair: FolderPair
    record: FolderRecord
    uidnext: int
    permanent: frozenset[str]

    def known(self, desk: Desk) -> dict[int, MessageRecord]:
        """Return what the journal knows of this folder's messages, by UID at old."""
        return desk.kit.journal.messages(self.record.id)
