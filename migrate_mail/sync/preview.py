"""What a sync would do, read from both sides without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.errors import NetError, SecretError
from migrate_mail.finding import Clock, utc_now
from migrate_mail.inventory.model import Account
from migrate_mail.inventory.sync_rules import GmailSettings
from migrate_mail.net.imap import FolderStatus, MessageHead, ReadOnlySession
from migrate_mail.state.records import CopyRecord
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.backwards import Backwards, Since, book_of
from migrate_mail.sync.budget import budget, day_of, days, pace
from migrate_mail.sync.capacity import append_limit, too_large, too_much
from migrate_mail.sync.filters import MessageFilter, message_filter
from migrate_mail.sync.gmail import Share, is_gmail, rank, read_ids
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.mapping import read_map
from migrate_mail.sync.most import Most
from migrate_mail.sync.moved import MovedAtNew
from migrate_mail.sync.names import FolderPair, LeftOut
from migrate_mail.sync.phase import DEFAULT, Course, SyncPhase
from migrate_mail.sync.remembered import known_names
from migrate_mail.sync.removal import Removal, choose, flags_of, named
from migrate_mail.sync.rules import NO_RULES, folder_rules


@dataclass(frozen=True, slots=True)
class Skipped:
    """Messages of a folder that are left out for one reason."""

    reason: str
    messages: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FolderPreview:
    """One folder: what it becomes, how many messages are to be copied (bytes as old counts them).

    there: messages that new holds in it already; equal ones among them are not sent again.
    elsewhere: messages that are copied under another label of Gmail.
    problem: why it could not be looked at. why: why it is not simply called the same. removals:
    copies whose originals are gone, as far as --delete was given.
    """

    old: str
    new: str
    create: bool
    messages: int = 0
    to_copy: int = 0
    bytes: int = 0
    there: int = 0
    problem: str = ""
    why: str = ""
    skipped: tuple[Skipped, ...] = ()
    doubt: str = ""
    elsewhere: int = 0
    removals: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountPreview:
    """One account's folders; problem: why it could not be looked at.

    left_out: folders that are not copied. pace: how many days it takes, where a day has a budget. doubts: what new will not take. idle: rules of sync.folders that match none of them.
    """

    account: str
    folders: tuple[FolderPreview, ...] = ()
    problem: str = ""
    left_out: tuple[LeftOut, ...] = ()
    idle: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    pace: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a look. journal: None when nothing was synced yet."""

    journal: SyncJournal | None = None
    course: Course = DEFAULT


NOTHING = Known()


def preview_all(
    accounts: Sequence[Account],
    doors: Doors,
    known: Known = NOTHING,
    *,
    jobs: int,
    clock: Clock = utc_now,
) -> list[AccountPreview]:
    """Preview accounts side by side, in their order."""
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return list(pool.map(lambda a: preview(a, doors, known, clock=clock), accounts))


def preview(
    account: Account, doors: Doors, known: Known = NOTHING, *, clock: Clock = utc_now
) -> AccountPreview:
    """Return what a sync of one account would do; both sides are opened read-only."""
    settings = doors.inventory.spec.sync
    phase = known.course.of(account.domain)
    there = _Known(known.journal, account, back=phase is SyncPhase.BACK)
    tests = known.journal is not None and known.journal.was_tested(account.address)
    wanted: MessageFilter | Since = message_filter(settings.messages.skip, tests=tests)
    rules = folder_rules(settings.folders)
    if there.back:
        wanted, rules = Since(known.course.since[account.domain]), NO_RULES
    sides = (doors.old, doors.new_read_only)
    try:
        with sides[there.back](account) as old, sides[not there.back](account) as new:
            found = read_map(old, new, there.names(), rules)
            share = _share(there, settings.gmail, old)
            most = known.course.most_removed
            now = clock()
            keeps = _Wanted(wanted, now)
            moved = _moved(there, keeps, old, new)
            look = _Look(old, new, there, keeps, share, moved, removes=most is not None)
            pairs = sorted(found.pairs, key=rank) if share else found.pairs
            folders = tuple(look.folder(pair) for pair in pairs)
            octets = sum(f.bytes for f in folders)
            full = _room(octets, new)
            slow = _pace(octets, (old, new), doors, there.used(now))
    except (NetError, SecretError) as error:
        return AccountPreview(account.address, problem=error.told, phase=phase.value)
    return AccountPreview(
        account.address,
        folders,
        left_out=found.left_out,
        idle=found.idle,
        pace=slow,
        phase=phase.value,
        doubts=tuple(
            d
            for d in (full, *(f.doubt for f in folders), _too_many(folders, most, there.held()))
            if d
        ),
    )


def _room(octets: int, new: ReadOnlySession) -> str:
    """Say why what is to be copied may not fit; empty when it does, or new has no limit."""
    try:
        return too_much(octets, new.room())
    except NetError as error:
        if error.kind != "denied":
            raise
        return (
            f"whether the quota at new is enough is not known: it does not tell ({error.text})"
        )


def _too_many(folders: Sequence[FolderPreview], most: Most | None, held: int) -> str:
    many = sum(len(f.removals) for f in folders)
    refusal = most.refusal(many, held) if most is not None else None
    return refusal.told if refusal else ""


def _pace(
    octets: int,
    sessions: tuple[ReadOnlySession, ReadOnlySession],
    doors: Doors,
    used: Mapping[str, int],
) -> str:
    """Say how long the slower side's budget makes it; empty when it fits into today."""
    systems = doors.inventory.spec.systems
    old, new = sessions
    mine = budget(systems.old.imap.limits, old.capabilities, "old")
    theirs = budget(systems.new.imap.limits, new.capabilities, "new")
    both = ((mine, used.get("old", 0)), (theirs, used.get("new", 0)))
    told = [(days(octets, b.per_day, u), pace(octets, b, u)) for b, u in both if b]
    return max(told, default=(0.0, ""))[1]


def _share(known: _Known, settings: GmailSettings, old: ReadOnlySession) -> Share | None:
    """Return what deals out the messages of a Gmail account; None for any other server."""
    if not is_gmail(old):
        return None
    claims = known.journal.claims(known.book) if known.journal else []
    return Share(settings.copies, {number for _, _, number in claims})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which messages are wanted at a moment."""

    filter: MessageFilter | Since
    now: datetime

    def split(
        self, heads: Sequence[MessageHead]
    ) -> tuple[list[MessageHead], tuple[Skipped, ...]]:
        """Return what is to be copied, and what is not by reason."""
        if not self.filter:
            return list(heads), ()
        by_reason: dict[str | None, list[int]] = {}
        reasons = [self.filter.reason(h, self.now) for h in heads]
        for head, reason in zip(heads, reasons, strict=True):
            by_reason.setdefault(reason, []).append(head.size)
        skipped = (Skipped(r, len(s), sum(s)) for r, s in by_reason.items() if r is not None)
        return [h for h, r in zip(heads, reasons, strict=True) if r is None], tuple(skipped)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the journal knows of one account, without adding to it."""

    journal: SyncJournal | None
    account: Account
    back: bool

    @property
    def book(self) -> str:
        return book_of(self.account.address) if self.back else self.account.address

    def names(self) -> dict[str, str]:
        if self.journal is None:
            return {}
        if self.back:
            return Backwards(self.journal, self.account.address).names()
        return known_names(self.journal, self.account.address)

    def used(self, now: datetime) -> dict[str, int]:
        if self.journal is None:
            return {}
        return self.journal.used(self.book, day_of(now))

    def held(self) -> int:
        return self.journal.held(self.book) if self.journal else 0

    def copied(self, pair: FolderPair, old: FolderStatus, new: FolderStatus | None) -> set[int]:
        if self.journal is None or new is None:
            return set()
        found = {copy.old_uid for copy in self.copies(pair, old, new)}
        if self.back:
            there = Backwards(self.journal, self.account.address)
            found |= there.brought(pair.old, old.uidvalidity)
        return found

    def copies(
        self, pair: FolderPair, old: FolderStatus, new: FolderStatus | None
    ) -> Iterator[CopyRecord]:
        if self.journal is None or new is None:
            return
        key = (pair.old, pair.new, old.uidvalidity, new.uidvalidity)
        for r in self.journal.folders(self.book):
            if (r.old_name, r.new_name, r.old_uidvalidity, r.new_uidvalidity) == key:
                yield from self.journal.copies(r.id)


def _moved(
    known: _Known, wanted: _Wanted, here: ReadOnlySession, there: ReadOnlySession
) -> MovedAtNew | None:
    """Return what finds mail of old that people filed elsewhere at new; None but on the way back."""
    if not known.back or known.journal is None:
        return None
    book = Backwards(known.journal, known.account.address)
    return MovedAtNew(here, there, book, lambda head: bool(wanted.split([head])[0]))


@dataclass(frozen=True, slots=True)
class _Look:
    """Looking at one account's folders."""

    old: ReadOnlySession
    new: ReadOnlySession
    known: _Known
    wanted: _Wanted
    share: Share | None
    moved: MovedAtNew | None
    removes: bool

    def folder(self, pair: FolderPair) -> FolderPreview:
        try:
            there = None if pair.create else self.new.status(pair.new)
            status = self.old.examine(pair.old)
        except NetError as error:
            if error.kind != "denied":
                raise
            return FolderPreview(
                pair.old, pair.new, pair.create, problem=error.message, why=pair.why
            )
        copied = self.known.copied(pair, status, there)
        uids = set(self.old.uids())
        missing = sorted(uids - copied)
        elsewhere: set[int] = set()
        if self.share is not None:
            elsewhere = self.share.elsewhere(pair, read_ids(self.old), missing)
        heads = self.old.heads([uid for uid in missing if uid not in elsewhere])
        left, skipped = self.wanted.split(heads)
        if self.moved is not None:
            goes_back = set(self.moved.sift(pair.old, [head.uid for head in left]))
            left = [head for head in left if head.uid in goes_back]
        limit = append_limit(self.new.capabilities)
        return FolderPreview(
            old=pair.old,
            new=pair.new,
            create=pair.create,
            messages=status.messages,
            to_copy=len(left),
            bytes=sum(head.size for head in left),
            there=there.messages if there else 0,
            why=pair.why,
            skipped=skipped,
            elsewhere=len(elsewhere),
            doubt=too_large(pair.old, [h.uid for h in left if h.size > limit], limit),
            removals=self._removals(pair, status, there, uids) if self.removes else (),
        )

    def _removals(
        self, pair: FolderPair, old: FolderStatus, new: FolderStatus | None, uids: set[int]
    ) -> tuple[Removal, ...]:
        """Return the copies that --delete would remove."""
        gone = [c for c in self.known.copies(pair, old, new) if c.old_uid not in uids]
        if not gone or len(uids) < old.messages:
            return ()
        self.new.examine(pair.new)
        flags = flags_of(self.new, {copy.new_uid for copy in gone})
        may_go, _ = choose(gone, flags, None)
        return tuple(named(self.new, pair.new, may_go))
