"""What a sync would do, read from both sides without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from migrate_mail.errors import NetError, SecretError
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import FolderStatus, ReadOnlySession
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.folders import known_names, pair_folders
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.names import FolderPair


@dataclass(frozen=True, slots=True)
class FolderPreview:
    """One folder: what it becomes, how many messages are to be copied (bytes as old counts them).

    there: messages that new holds in it already; equal ones among them are not sent again.
    problem: why it could not be looked at.
    """

    old: str
    new: str
    create: bool
    messages: int = 0
    to_copy: int = 0
    bytes: int = 0
    there: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AccountPreview:
    """One account's folders; problem: why it could not be looked at."""

    account: str
    folders: tuple[FolderPreview, ...] = ()
    problem: str = ""


def preview_all(
    accounts: Sequence[Account], doors: Doors, journal: SyncJournal | None, *, jobs: int
) -> list[AccountPreview]:
    """Preview accounts side by side, in their order. journal: None when nothing was synced yet."""
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return list(pool.map(lambda account: preview(account, doors, journal), accounts))


def preview(account: Account, doors: Doors, journal: SyncJournal | None) -> AccountPreview:
    """Return what a sync of one account would do; both sides are opened read-only."""
    try:
        with doors.old(account) as old, doors.new_read_only(account) as new:
            known = known_names(journal, account.address) if journal else {}
            pairs = pair_folders(old, new, known)
            folders = tuple(_folder(old, new, p, _Known(journal, account)) for p in pairs)
    except (NetError, SecretError) as error:
        return AccountPreview(account.address, problem=error.message)
    return AccountPreview(account.address, folders)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the journal knows of one account, without adding to it."""

    journal: SyncJournal | None
    account: Account

    def copied(self, pair: FolderPair, old: FolderStatus, new: FolderStatus | None) -> set[int]:
        if self.journal is None or new is None:
            return set()
        key = (pair.old, pair.new, old.uidvalidity, new.uidvalidity)
        for r in self.journal.folders(self.account.address):
            if (r.old_name, r.new_name, r.old_uidvalidity, r.new_uidvalidity) == key:
                return {copy.old_uid for copy in self.journal.copies(r.id)}
        return set()


def _folder(
    old: ReadOnlySession, new: ReadOnlySession, pair: FolderPair, known: _Known
) -> FolderPreview:
    try:
        there = None if pair.create else new.status(pair.new)
        status = old.examine(pair.old)
    except NetError as error:
        if error.kind != "denied":
            raise
        return FolderPreview(pair.old, pair.new, pair.create, problem=error.message)
    copied = known.copied(pair, status, there)
    left = old.heads([uid for uid in old.uids() if uid not in copied])
    return FolderPreview(
        old=pair.old,
        new=pair.new,
        create=pair.create,
        messages=status.messages,
        to_copy=len(left),
        bytes=sum(head.size for head in left),
        there=there.messages if there else 0,
    )
