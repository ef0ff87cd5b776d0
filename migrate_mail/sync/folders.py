"""Reading the folders of both sides, pairing them, opening a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate_mail.errors import NetError
from migrate_mail.net.imap import FolderStatus, ReadOnlySession
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.desk import Desk, OpenFolder
from migrate_mail.sync.names import FolderPair, Space, map_folders


def pair_folders(
    old: ReadOnlySession, new: ReadOnlySession, known: Mapping[str, str] | None = None
) -> list[FolderPair]:
    """Return what each folder at old becomes at new. known: as earlier runs decided it."""
    pairs = map_folders(
        old.folders(),
        new.folders(),
        old_space=Space(*old.prefix()),
        new_space=Space(*new.prefix()),
        subscribed=old.subscribed(),
        known=known,
    )
    already = new.subscribed()
    return [replace(p, subscribe=p.subscribe and p.new not in already) for p in pairs]


def known_names(journal: SyncJournal, account: str) -> dict[str, str]:
    """Return old name -> new name as earlier runs decided it; the latest decision counts."""
    records = sorted(journal.folders(account), key=lambda r: r.id)
    return {r.old_name: r.new_name for r in records}


def copied_before(
    journal: SyncJournal, account: str, old_name: str, old_uidvalidity: int
) -> set[int]:
    """Return the UIDs of a folder at old that have a receipt, in whatever folder at new it was."""
    return {
        message.old_uid
        for record in journal.folders(account)
        if (record.old_name, record.old_uidvalidity) == (old_name, old_uidvalidity)
        for message in journal.each_message(record.id)
        if message.new_uid is not None
    }


def is_gone(desk: Desk, pair: FolderPair) -> bool:
    """Tell whether new had this folder with all its mail and somebody removed or renamed it there."""
    if not pair.create or pair.old not in known_names(desk.kit.journal, desk.account):
        return False
    status = desk.old.examine(pair.old)
    done = copied_before(desk.kit.journal, desk.account, pair.old, status.uidvalidity)
    return all(uid in done for uid in desk.old.uids())


def open_folder(desk: Desk, pair: FolderPair) -> OpenFolder:
    """Open a pair, old with EXAMINE; make and subscribe the folder at new when that is wanted."""
    old = desk.old.examine(pair.old)
    new = _select(desk, pair)
    if pair.subscribe and (pair.create or not desk.additions_only):
        desk.new.subscribe(pair.new)
    record = desk.kit.journal.folder(
        desk.account, pair.old, pair.new, old.uidvalidity, new.uidvalidity
    )
    return OpenFolder(pair, record, new.uidnext, new.permanent_flags)


def _select(desk: Desk, pair: FolderPair) -> FolderStatus:
    if not pair.create:
        return desk.new.select(pair.new)
    refusal: NetError | None = None
    try:
        desk.new.create(pair.new)
    except NetError as error:
        if error.kind != "denied":
            raise
        refusal = error
    try:
        return desk.new.select(pair.new)
    except NetError as error:
        # Refused because it is there already is no failure; refused for its name is.
        if refusal is not None and error.kind == "denied":
            raise refusal from error
        raise
