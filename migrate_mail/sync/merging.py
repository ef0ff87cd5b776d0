"""Mail into Gmail: of messages that it takes for equal it keeps one, and answers with the UID of that."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_mail.state.sync_journal import Receipt
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.work import FolderWork


def own_copies(desk: Desk, work: FolderWork, rows: Sequence[Receipt]) -> list[Receipt]:
    """Return the receipts of messages that got a UID of their own; enter the others as merged.

    What was in the folder before we came is not ours, though Gmail answers as if it were.
    """
    folder = work.record.id
    claimed = desk.claimed.get(folder)
    if claimed is None:
        claimed = desk.claimed[folder] = desk.kit.journal.claimed(folder)
    own: list[Receipt] = []
    merged: list[tuple[int, int, int]] = []
    for _, uid, new_uid, size, flags, _ in rows:
        if new_uid in claimed:
            merged.append((folder, uid, new_uid))
        else:
            claimed.add(new_uid)
            own.append((folder, uid, new_uid, size, flags, new_uid >= work.new.uidnext))
    if merged:
        desk.kit.journal.merge(merged)
        desk.tally.merged += len(merged)
        work.already += len(merged)
    return own
