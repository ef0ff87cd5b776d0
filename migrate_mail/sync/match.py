"""Which message at new is which message at old, when no receipt says so. PURE.

Multisets: two equal messages at old need two at new. What decides is always the content; ids,
dates and sizes only say which messages are worth reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.content import second

Content = Callable[[int], str | None]
"""UID -> content hash; None when the message cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that should be at new once."""

    old_uid: int
    message_id: str | None
    size: int
    at: datetime


Key = Hashable | None
"""Messages with the same key may be the same; None: none may."""
Round = tuple[Callable[[Wanted], Key], Callable[[MessageHead], Key]]
Ahead = Callable[[Collection[int], Collection[int]], None]
"""Told the UIDs at old and at new whose contents will be asked for, so that they can be read at once."""


_ROUNDS: tuple[Round, ...] = (
    (
        lambda w: (w.message_id, second(w.at), w.size),
        lambda h: (h.message_id, second(h.internaldate), h.size),
    ),
    (
        lambda w: (w.message_id, second(w.at)),
        lambda h: (h.message_id, second(h.internaldate)),
    ),
    (lambda w: w.message_id, lambda h: h.message_id),
    (lambda w: w.size if w.message_id is None else None, lambda h: h.size),
    (
        lambda w: second(w.at) if w.message_id is None else None,
        lambda h: second(h.internaldate),
    ),
)
"""From the closest likeness to the loosest: dates and sizes are changed by some servers, and
equal messages with different dates must not be taken for each other while there is a choice."""


def match(
    wanted: Sequence[Wanted],
    there: Sequence[MessageHead],
    old: Content,
    new: Content,
    *,
    ahead: Ahead = lambda _old, _new: None,
) -> dict[int, int]:
    """Return old UID -> new UID of the messages that are there already; each there only once."""
    found: dict[int, int] = {}
    used: set[int] = set()
    for want_key, head_key in _ROUNDS:
        left = [w for w in wanted if w.old_uid not in found]
        free = [h for h in there if h.uid not in used]
        groups = list(_groups(left, free, want_key, head_key))
        ahead({w.old_uid for g in groups for w in g[0]}, {h.uid for g in groups for h in g[1]})
        for some, heads in groups:
            for old_uid, new_uid in _same(some, heads, old, new):
                found[old_uid] = new_uid
                used.add(new_uid)
    return found


def _groups(
    wanted: Sequence[Wanted],
    heads: Sequence[MessageHead],
    want_key: Callable[[Wanted], Key],
    head_key: Callable[[MessageHead], Key],
) -> Iterator[tuple[list[Wanted], list[MessageHead]]]:
    by_key: dict[Hashable, tuple[list[Wanted], list[MessageHead]]] = defaultdict(
        lambda: ([], [])
    )
    for w in wanted:
        if (key := want_key(w)) is not None:
            by_key[key][0].append(w)
    for h in heads:
        if (key := head_key(h)) is not None and key in by_key:
            by_key[key][1].append(h)
    return ((some, found) for some, found in by_key.values() if found)


def _same(
    wanted: Sequence[Wanted], heads: Sequence[MessageHead], old: Content, new: Content
) -> Iterator[tuple[int, int]]:
    """Pair those with equal content, in the order of their UIDs."""
    by_content: dict[str | None, list[int]] = defaultdict(list)
    for head in sorted(heads, key=lambda h: h.uid, reverse=True):
        by_content[new(head.uid)].append(head.uid)
    by_content.pop(None, None)
    for w in sorted(wanted, key=lambda w: w.old_uid):
        uids = by_content.get(old(w.old_uid), [])
        if uids:
            yield w.old_uid, uids.pop()
