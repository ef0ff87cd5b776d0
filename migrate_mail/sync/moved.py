"""The way back: mail that old had first, that we brought to new, and that people moved there since.

Its copy is no longer where the receipt says, and in the folder where it is now it has no receipt:
it looks as if it had arrived at new. Old has it already, so it does not go back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from migrate_mail.errors import NetError
from migrate_mail.net.imap import MessageHead, ReadOnlySession
from migrate_mail.sync.backwards import Backwards
from migrate_mail.sync.bodies import Contents
from migrate_mail.sync.match import match
from migrate_mail.sync.settle import wanted_of


@dataclass(slots=True)
class MovedAtNew:
    """The originals whose copies are gone from their places at new; each is found again at most once.

    at_new, at_old: only looked at; both may have another folder open afterwards. goes: tells
    whether a message is one that would go back.
    """

    at_new: ReadOnlySession
    at_old: ReadOnlySession
    there: Backwards
    goes: Callable[[MessageHead], bool]
    _originals: dict[str, list[MessageHead]] | None = field(default=None, init=False)

    def sift(self, folder: str, missing: Sequence[int]) -> list[int]:
        """Return the UIDs of a folder at new that old does not have in another folder."""
        left = list(missing)
        if left and self._originals is None:
            self._originals = self._of_vanished_copies()
        for original, heads in (self._originals or {}).items():
            if not left or not heads:
                continue
            found = self._same(folder, left, original, heads)
            left = [uid for uid in left if uid not in found]
            taken = set(found.values())
            heads[:] = [h for h in heads if h.uid not in taken]
        return left

    def _same(
        self, folder: str, uids: Sequence[int], original: str, heads: Sequence[MessageHead]
    ) -> dict[int, int]:
        """Return UID at new -> UID at old of messages with equal contents."""
        self.at_new.examine(folder)
        self.at_old.examine(original)
        came = [wanted_of(h) for h in self.at_new.heads(uids)]
        return match(
            came, heads, Contents(self.at_new, folder), Contents(self.at_old, original)
        )

    def _of_vanished_copies(self) -> dict[str, list[MessageHead]]:
        """Return by folder at old what was brought to new and is not where it was put."""
        wanted: dict[tuple[str, int], list[int]] = defaultdict(list)
        for record, copies in self.there.receipts():
            now = self._uids(record.new_name, record.new_uidvalidity)
            wanted[record.old_name, record.old_uidvalidity] += [
                c.old_uid for c in copies if c.new_uid not in now
            ]
        return {
            folder: [h for h in self.at_old.heads(uids) if self.goes(h)]
            for (folder, uidvalidity), uids in wanted.items()
            if uids and _opens(self.at_old, folder, uidvalidity)
        }

    def _uids(self, folder: str, uidvalidity: int) -> frozenset[int]:
        """Return the UIDs in a folder at new; none when it is no more, or another by now."""
        there = _opens(self.at_new, folder, uidvalidity)
        return frozenset(self.at_new.uids()) if there else frozenset()


def _opens(session: ReadOnlySession, folder: str, uidvalidity: int) -> bool:
    """Open a folder; False when it is no more, or another by now."""
    try:
        return session.examine(folder).uidvalidity == uidvalidity
    except NetError as error:
        if error.kind != "denied":
            raise
        return False
