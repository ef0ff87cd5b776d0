"""What the sync of one account works with: sessions, journal, counters."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from migrate_mail.errors import NetError
from migrate_mail.finding import Clock
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import ReadOnlySession, Session
from migrate_mail.net.imap_advice import slows
from migrate_mail.state.records import FolderRecord, SyncFailure
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.backwards import Backwards, Since, book_of
from migrate_mail.sync.filters import MessageFilter, message_filter
from migrate_mail.sync.gmail import is_gmail
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.meter import OPEN, Meter, Throttles
from migrate_mail.sync.phase import DEFAULT, Course, SyncPhase
from migrate_mail.sync.progress import SyncProgress, SyncState
from migrate_mail.sync.remembered import known_names
from migrate_mail.sync.rules import NO_RULES, folder_rules
from migrate_mail.sync.space import EXCHANGE, taste_of

if TYPE_CHECKING:
    from migrate_mail.sync.gmail_labels import GmailLabels
    from migrate_mail.sync.removal import Removal

MOST_REFUSALS = 8
"""Refusals in one session with Exchange: it hangs up after ten, with what is under way."""
Watch = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class SyncKit:
    """What every account's sync needs from outside.

    course: what may be done to which domain's accounts. stop: set it, and every account stops at
    its next message boundary. watch: called from several threads. spare: connections that no account
    needs.
    """

    doors: Doors
    journal: SyncJournal
    clock: Clock
    wait: Callable[[float], None]
    stop: threading.Event
    watch: Watch
    course: Course = DEFAULT
    switched: frozenset[str] = frozenset()
    throttles: Throttles = OPEN
    spare: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@dataclass(slots=True)
class Tally:
    """The counters of one account in one run; `total`, `done` and `failed` in one pass.

    lost: flags that new does not keep, by how many messages had them.
    gone: copies whose original is no more at old; removed: those that were taken out of new.
    elsewhere: messages that are copied under another label of Gmail. merged: that Gmail, as new,
    keeps as one with another.
    torn: folders whose books do not add up. vanished: those that old does not have any more.
    careful: new did not understand an APPEND; from then on it is asked before every message.
    alone: a second connection to new was refused, or a line broke while there were two: one is enough.
    doubts: logins that were refused since both sides let us in; None before they ever did.
    meter: of the sessions that are open, which knows the budgets.
    """

    account: str
    phase: str = ""
    folder: str = ""
    folders: int = 0
    total: int = 0
    done: int = 0
    copied: int = 0
    bytes: int = 0
    adopted: int = 0
    flagged: int = 0
    failed: int = 0
    elsewhere: int = 0
    merged: int = 0
    gone: int = 0
    removed: int = 0
    removals: list[Removal] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    careful: bool = False
    alone: bool = False
    doubts: int | None = None
    lost: Counter[str] = field(default_factory=Counter)
    meter: Meter | None = None

    def progress(self, state: SyncState, note: str = "") -> SyncProgress:
        """Return the counters as they are now."""
        held = self.meter.held(self._octets_left()) if self.meter is not None else 0.0
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
            held=held,
        )

    def _octets_left(self) -> int:
        """Reckon what is still to come from the messages of this run."""
        left = max(self.total - self.done, 0)
        return left * self.bytes // self.copied if self.copied else 0


RecordKey = tuple[str, str, int, int]
"""Names at old and new, UIDVALIDITY at old and new."""


class Desk:
    """One account being worked on: both sessions, and what the journal knows of its folders."""

    def __init__(
        self,
        account: Account,
        kit: SyncKit,
        tally: Tally,
        sides: tuple[ReadOnlySession, Session],
    ) -> None:
        self._account = account
        self.kit = kit
        self.phase = kit.course.of(account.domain)
        self.account = book(account, kit)
        self.tally = tally
        self.old, self.new = sides
        systems = kit.doors.inventory.spec.systems
        limits = (systems.old.imap.limits, systems.new.imap.limits)
        back = self.phase is SyncPhase.BACK
        self.meter = Meter(
            self.account,
            sides,
            limits[::-1] if back else limits,
            (kit.journal, kit.throttles, kit.clock),
        )
        self.additions_only = back or self.phase is SyncPhase.DRAIN
        settings = kit.doors.inventory.spec.sync
        journal = kit.journal
        self.back: Backwards | None = None
        self.rules = folder_rules(settings.folders)
        self.filter = _filter(account, kit)
        if back:
            self.back = Backwards(journal, account.address)
            self.rules = NO_RULES
        self.into_gmail = is_gmail(self.new)
        self.claimed: dict[int, set[int]] = {}
        self.labels: GmailLabels | None = None
        if is_gmail(self.old):
            from migrate_mail.sync.gmail_labels import GmailLabels

            self.labels = GmailLabels(journal, self.account, settings.gmail)
        self.records: dict[RecordKey, FolderRecord] = {
            (r.old_name, r.new_name, r.old_uidvalidity, r.new_uidvalidity): r
            for r in journal.folders(self.account)
        }
        self.looks = journal.looks(self.account)
        self.windows = journal.windows(self.account)
        self.highest = journal.highest(self.account)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.new.close()
        self.old.close()
        self.meter.enter()

    def heed(self) -> None:
        """Raise what a server asked for beside an answer that was good: to slow down."""
        for side in (self.old, self.new):
            if side.heard.notice and slows(side.heard.notice):
                raise NetError("busy", str(side.endpoint), "notice", side.heard.notice)

    def fresh_new(self) -> bool:
        """Log in at new again when Exchange has refused us nearly as often as it bears; whether so."""
        if self.new.heard.refusals < MOST_REFUSALS or not is_exchange(self.new):
            return False
        self.new.close()
        doors = self.kit.doors
        self.new = (doors.old_for_the_way_back if self.back else doors.new)(self._account)
        self.meter.renew("new", self.new)
        return True

    def another_new(self) -> Session:
        """Log in once more where is written; NetError when that is not to be had at once."""
        another = self.kit.doors.another(self._account, back=self.back is not None)
        another.join(self.new)
        return another

    def known_names(self) -> dict[str, str]:
        """Return what each folder was called on the other side, as earlier runs decided it."""
        if self.back is not None:
            return self.back.names()
        return known_names(self.kit.journal, self.account)

    def went_back(self, record: FolderRecord, uidnext: int) -> bool:
        """Tell whether new will give away UIDs that have receipts: it was restored from a backup.

        UIDs only grow while UIDVALIDITY stays (RFC 9051 section 2.3.1.1), but not on a server
        that forgot. uidnext: what it says, 0 when it does not say.
        """
        return 0 < uidnext <= self.highest.get(record.id, 0)

    @property
    def stopped(self) -> bool:
        """True when somebody asked to stop."""
        return self.kit.stop.is_set()

    def say(self, state: SyncState) -> None:
        """Tell whoever watches."""
        self.kit.watch(self.tally.progress(state))

    def refuse_folder(self, folder: str, reason: str) -> None:
        """Enter a whole folder as not copied."""
        self.kit.journal.clear_failures(self.account, [folder])
        self.fail(SyncFailure(self.account, folder, None, "", reason, self.kit.clock()))

    def fail(self, failure: SyncFailure) -> None:
        """Enter a message, or a whole folder, as not copied, by name."""
        self.kit.journal.fail([failure])
        self.tally.failed += 1


def book(account: Account, kit: SyncKit) -> str:
    """Return the name under which the journal keeps an account's mail in this phase."""
    back = kit.course.of(account.domain) is SyncPhase.BACK
    return book_of(account.address) if back else account.address


def is_exchange(session: ReadOnlySession) -> bool:
    """Tell whether a server is Exchange, by its name or by what it said when we came."""
    where = session.endpoint.host
    return taste_of(session.capabilities, where, session.heard.greeting) is EXCHANGE


def _filter(account: Account, kit: SyncKit) -> MessageFilter | Since:
    """Return what tells which messages are not to be copied."""
    if kit.course.of(account.domain) is SyncPhase.BACK:
        return Since(kit.course.since[account.domain])
    skip = kit.doors.inventory.spec.sync.messages.skip
    return message_filter(skip, tests=kit.journal.was_tested(account.address))
