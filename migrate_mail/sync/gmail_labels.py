"""A Gmail account in a sync: which folder gets a message, remembered over restarts."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_mail.inventory.sync_rules import GmailSettings
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.gmail import Ids, Share, number_of, rank, read_ids
from migrate_mail.sync.work import FolderWork


class GmailLabels:
    """What the folders of one pass hold, by Gmail's number of each message."""

    def __init__(self, journal: SyncJournal, account: str, settings: GmailSettings) -> None:
        self._journal = journal
        self._account = account
        self._settings = settings
        self._ids: dict[str, Ids] = {}
        self._share = Share(settings.copies)

    def arrange(
        self, old: ReadOnlySession, works: Sequence[FolderWork], *, all_count: bool
    ) -> list[FolderWork]:
        """Read the numbers of all messages; return the folders in the order in which they choose.

        A copy of an earlier run counts while its message is still in the folder that it was
        copied for; else it was moved, and is copied as moved mail is. all_count: it counts in
        any case, as after the switch, when nothing is taken away at new.
        """
        kept: set[int] = set()
        for work in works:
            old.examine(work.pair.old)
            self._ids[work.pair.old] = read_ids(old)
        folders = {work.record.id: self._ids[work.pair.old] for work in works}
        for folder, uid, number in self._journal.claims(self._account):
            ids = folders.get(folder)
            if all_count or (ids is not None and number_of(ids, uid) == number):
                kept.add(number)
        self._share = Share(self._settings.copies, kept)
        return sorted(works, key=lambda w: rank(w.pair))

    def sift(self, work: FolderWork, missing: Sequence[int]) -> list[int]:
        """Return the UIDs that are to be copied for this folder; the same at each call of a pass."""
        ids = self._ids[work.pair.old]
        if work.elsewhere is None:
            work.elsewhere = self._share.elsewhere(work.pair, ids, missing)
            mine = [(uid, number_of(ids, uid)) for uid in missing if uid not in work.elsewhere]
            self._journal.claim(work.record.id, [(u, n) for u, n in mine if n is not None])
        return [u for u in missing if u not in work.elsewhere and number_of(ids, u) is not None]
