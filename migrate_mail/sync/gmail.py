r"""Mail out of Gmail: one message may show in many folders (labels), and is copied once.

Order of the folders: INBOX, Sent, Drafts, labels by name, Spam, Trash, and last All Mail, which
only gets what has no other folder. Starred and Important are views of other folders; a starred
message has `\Flagged`. See https://developers.google.com/workspace/gmail/imap/imap-extensions.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from migrate_mail.net.imap import FolderInfo, ReadOnlySession
from migrate_mail.sync.names import FolderPair, LeftOut

Copies = Literal["once", "per-label"]
Ids = tuple["array[int]", "array[int]"]
"""UIDs, ascending, and Gmail's number of each message."""
SIGN = "X-GM-EXT-1"
_ALL, _ARCHIVE = "\\all", "\\archive"
_VIEWS = {
    "\\flagged": "shows starred messages of other folders: they are copied there, with \\Flagged",
    "\\important": "shows messages of other folders: they are copied there",
}
_ORDER = {"\\sent": 1, "\\drafts": 2, "\\junk": 4, "\\trash": 5, _ARCHIVE: 6}
_LABEL = 3


def is_gmail(session: ReadOnlySession) -> bool:
    """Tell whether a server knows Gmail's extensions."""
    return SIGN in session.capabilities


def real_folders(folders: Sequence[FolderInfo]) -> tuple[list[FolderInfo], list[LeftOut]]:
    """Return Gmail's folders without its views, All Mail as the archive that it is at other servers."""
    left = [LeftOut(f.name, _VIEWS[f.special_use]) for f in folders if f.special_use in _VIEWS]
    real = [f for f in folders if f.special_use not in _VIEWS]
    return [
        f._replace(special_use=_ARCHIVE) if f.special_use == _ALL else f for f in real
    ], left


def rank(pair: FolderPair) -> tuple[int, str]:
    """Return what sorts folders by who gets a message that shows in several."""
    if pair.old.upper() == "INBOX":
        return 0, ""
    return _ORDER.get(pair.use, _LABEL), pair.old


def read_ids(session: ReadOnlySession) -> Ids:
    """Return the numbers of the messages in the open folder."""
    found = sorted(session.numbers("X-GM-MSGID"))
    # Gmail says 64 bits without a sign, the state file keeps 63.
    numbers = (number & (1 << 63) - 1 for _, number in found)
    return array("Q", (uid for uid, _ in found)), array("Q", numbers)


def number_of(ids: Ids, uid: int) -> int | None:
    """Return Gmail's number of a message; None for one that came after they were read."""
    at = bisect_left(ids[0], uid)
    return ids[1][at] if at < len(ids[0]) and ids[0][at] == uid else None


class Share:
    """Deals the messages of one account out to its folders, which come in the order of `rank`.

    claims: numbers of messages that were copied before and need no other copy.
    """

    def __init__(self, copies: Copies, claims: AbstractSet[int] = frozenset()) -> None:
        self._copies = copies
        self._claims = claims
        self._seen: set[int] = set()

    def elsewhere(self, pair: FolderPair, ids: Ids, missing: Collection[int]) -> set[int]:
        """Return which of the UIDs without a copy are not to be copied into this folder."""
        found: set[int] = set()
        if self._copies == "once" or pair.use == _ARCHIVE:
            for uid in missing:
                number = number_of(ids, uid)
                # What came meanwhile is for the next pass, which knows all its labels.
                if number is None or number in self._seen or number in self._claims:
                    found.add(uid)
        self._seen.update(ids[1])
        return found
