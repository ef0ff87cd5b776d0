"""What the journal remembers of an account: names of folders, what was copied before."""

from __future__ import annotations

from migrate_mail.state.sync_journal import SyncJournal


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
        for message in journal.copies(record.id)
    }
