"""Messages of two folders that are equal at first sight, told from those that must be looked at. PURE.

Nearly all are: their Message-ID is there once on each side, with the same size, second and
flags. A message takes 24 bytes here, a fiftieth of its head, so that folders of a million can be
compared. The heads of the rest can be read again, for `parity.couple`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.content import second
from migrate_mail.sync.flags import one_spelling

_HEAPS = 256
"""Messages with the same Message-ID lie in the same heap, and one heap is looked through at a time."""
Row = tuple[int, int, int]
"""UID, hash of the Message-ID, hash of all that must be equal."""


class Sighted(NamedTuple):
    """couples: UIDs at old, and those of their equals at new. old, new: UIDs of the rest, ascending."""

    couples: tuple[array[int], array[int]]
    old: list[int]
    new: list[int]


class Sight:
    """What is kept of the heads of one side."""

    def __init__(self) -> None:
        self._nameless = array("q")
        self._heaps = [array("q") for _ in range(_HEAPS)]

    def add(self, head: MessageHead) -> None:
        """Take in a message."""
        name = head.message_id
        if name is None:
            self._nameless.append(head.uid)
            return
        # Two hashes of 64 bits, of two texts: that both of them lie is not to be expected.
        same = (head.size, second(head.internaldate), one_spelling(head.flags))
        equal = hash((f"{name} ", *same))
        self._heaps[crc32(name.encode()) % _HEAPS].extend((head.uid, hash(name), equal))

    def uids(self) -> Iterator[int]:
        """Give the UIDs of all messages, in no order."""
        return chain(self._nameless, *(heap[0::3] for heap in self._heaps))

    def compare(self, new: Sight, without: AbstractSet[int], *, deep: bool = False) -> Sighted:
        """Find what is equal at new, this being old.

        without: UIDs at old that do not count. deep: nothing is believed at first sight.
        """
        olds, news = array("q"), array("q")
        if deep:
            mine = sorted(uid for uid in self.uids() if uid not in without)
            return Sighted((olds, news), mine, sorted(new.uids()))
        left, right = [uid for uid in self._nameless if uid not in without], [*new._nameless]
        for heap, other in zip(self._heaps, new._heaps, strict=True):
            here, there = [row for row in _rows(heap) if row[0] not in without], _rows(other)
            equal = _equal(here, there)
            olds.extend(equal.keys())
            news.extend(equal.values())
            taken = set(equal.values())
            left += [uid for uid, *_ in here if uid not in equal]
            right += [uid for uid, *_ in there if uid not in taken]
        return Sighted((olds, news), sorted(left), sorted(right))


def _rows(heap: array[int]) -> Sequence[Row]:
    return list(zip(heap[0::3], heap[1::3], heap[2::3], strict=True))


def _equal(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    """Return UIDs at old and at new of messages with the same hashes."""
    there = _alone(new)
    return {
        uid: there[name][0]
        for name, (uid, _, what) in _alone(old).items()
        if name in there and there[name][2] == what
    }


def _alone(rows: Sequence[Row]) -> dict[int, Row]:
    """Return the messages whose Message-ID no other has, by its hash."""
    found: dict[int, Row | None] = {}
    for row in rows:
        found[row[1]] = None if row[1] in found else row
    return {name: row for name, row in found.items() if row is not None}
