"""The way back: mail that old had first, that we brought to new, and that people moved there since.

Its copy is no longer where the receipt says, and in the folder where it is now it has no receipt:
it looks as if it had arrived at new. Old has it already, so it does not go back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from migrate_mail.errors import NetError
from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.bodies import Contents
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.match import match
from migrate_mail.sync.settle import wanted_of
from migrate_mail.sync.work import FolderWork


class MovedAtNew:
    """The originals whose copies are gone from their places at new; each is found again at most once.

    Sides are those of the way back: the desk reads at new and writes at old.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._originals: dict[str, list[MessageHead]] | None = None

    def sift(self, work: FolderWork, missing: Sequence[int]) -> list[int]:
        """Return the UIDs of a folder at new that old does not have in another folder; count the rest."""
        left = list(missing)
        if left and self._originals is None:
            self._originals = self._of_vanished_copies()
        for folder, heads in (self._originals or {}).items():
            if not left or not heads:
                continue
            found = self._same(work, left, folder, heads)
            left = [uid for uid in left if uid not in found]
            taken = set(found.values())
            heads[:] = [h for h in heads if h.uid not in taken]
        work.already += len(missing) - len(left)
        self._desk.tally.done += len(missing) - len(left)
        return left

    def _same(
        self, work: FolderWork, uids: Sequence[int], folder: str, heads: Sequence[MessageHead]
    ) -> dict[int, int]:
        """Return UID at new -> UID at old of messages with equal contents."""
        desk = self._desk
        desk.old.examine(work.pair.old)
        desk.new.examine(folder)
        came = [wanted_of(h) for h in desk.old.heads(uids)]
        return match(came, heads, Contents(desk.old, work.pair.old), Contents(desk.new, folder))

    def _of_vanished_copies(self) -> dict[str, list[MessageHead]]:
        """Return by folder at old what was brought to new and is not where it was put."""
        wanted: dict[tuple[str, int], list[int]] = defaultdict(list)
        assert self._desk.back is not None
        for record, copies in self._desk.back.receipts():
            there = self._uids(record.new_name, record.new_uidvalidity)
            wanted[record.old_name, record.old_uidvalidity] += [
                c.old_uid for c in copies if c.new_uid not in there
            ]
        found: dict[str, list[MessageHead]] = {}
        for (folder, uidvalidity), uids in wanted.items():
            if uids and self._opens(folder, uidvalidity):
                now = self._desk.kit.clock()
                reason = self._desk.filter.reason
                found[folder] = [
                    h
                    for h in self._desk.new.heads(uids)
                    if not reason(h.size, h.internaldate, now)
                ]
        return found

    def _uids(self, folder: str, uidvalidity: int) -> frozenset[int]:
        """Return the UIDs in a folder at new; none when it is no more, or another by now."""
        try:
            if self._desk.old.examine(folder).uidvalidity == uidvalidity:
                return frozenset(self._desk.old.uids())
        except NetError as error:
            if error.kind != "denied":
                raise
        return frozenset()

    def _opens(self, folder: str, uidvalidity: int) -> bool:
        try:
            return self._desk.new.examine(folder).uidvalidity == uidvalidity
        except NetError as error:
            if error.kind != "denied":
                raise
            return False
