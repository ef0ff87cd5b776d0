"""What the journal remembers of an account: names of folders, what was copied before."""

from __future__ import annotations

from migrate_mail.net.imap import Ahead
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.mailbox import BothAhead


def known_names(journal: SyncJournal, account: str) -> dict[str, str]:
    """Return old name -> new name as earlier runs decided it; the latest decision counts."""
    records = sorted(journal.folders(account), key=lambda r: r.id)
    return {r.old_name: r.new_name for r in records}


def asked_ahead(journal: SyncJournal, account: str) -> BothAhead:
    """Return what the next pass will ask of old and new first; None where no login is known."""
    names, able = known_names(journal, account), journal.abilities(account)
    folders = {"old": tuple(names), "new": tuple(names.values())}
    old, new = (Ahead(folders[s], able[s]) if s in able else None for s in ("old", "new"))
    return old, new


def copied_before(
    journal: SyncJournal, account: str, old_name: str, old_uidvalidity: int
) -> set[int]:
    """Return the UIDs of a folder at old that have a receipt, in whatever folder at new it was."""
    return {
        message.old_uid
        for record in journal.folders(account)
        if (record.old_name, record.old_uidvalidity) == (old_name, old_uidvalidity)
        for message in journal.copies(record.id)
    }
