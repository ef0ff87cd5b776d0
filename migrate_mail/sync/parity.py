"""Which messages of two folders are the same, and how they differ. PURE."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.content import second
from migrate_mail.sync.flags import same_flags
from migrate_mail.sync.match import Content

Couple = tuple[MessageHead, MessageHead]
Identity = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Coupling:
    """The messages of two folders, coupled one to one. missing: only at old; extra: only at new."""

    couples: tuple[Couple, ...]
    missing: tuple[MessageHead, ...]
    extra: tuple[MessageHead, ...]


def couple(
    old: Sequence[MessageHead],
    new: Sequence[MessageHead],
    old_content: Content,
    new_content: Content,
    *,
    deep: bool = False,
) -> Coupling:
    """Couple equal messages as multisets, those with equal flags and dates first.

    A Message-ID that is unique on both sides identifies while the sizes agree. Else (none, used
    twice, other line ends at new) the content does. deep: the content always.
    """
    trusted = set() if deep else _trusted(old, new)
    olds = _by_identity(old, new, trusted, old_content)
    news = _by_identity(new, old, trusted, new_content)
    couples: list[Couple] = []
    missing: list[MessageHead] = []
    for identity, heads in olds.items():
        some = list(_couples(heads, news.get(identity, [])))
        couples += some
        taken = {o.uid for o, _ in some}
        missing += [h for h in heads if h.uid not in taken]
    seen = {n.uid for _, n in couples}
    return Coupling(
        tuple(sorted(couples, key=lambda c: c[0].uid)),
        tuple(sorted(missing, key=lambda h: h.uid)),
        tuple(h for h in new if h.uid not in seen),
    )


def same_date(old: MessageHead, new: MessageHead) -> bool:
    """Tell whether two messages carry the same second; the zone is notation."""
    return second(old.internaldate) == second(new.internaldate)


def _trusted(old: Sequence[MessageHead], new: Sequence[MessageHead]) -> set[str]:
    """Return the Message-IDs that say enough: once on each side, with the same size."""
    counts = [Counter(h.message_id for h in side) for side in (old, new)]
    sizes = {h.message_id: h.size for h in new}
    return {
        h.message_id
        for h in old
        if h.message_id is not None
        and all(count[h.message_id] == 1 for count in counts)
        and sizes[h.message_id] == h.size
    }


def _by_identity(
    heads: Sequence[MessageHead],
    others: Sequence[MessageHead],
    trusted: set[str],
    content: Content,
) -> dict[Identity, list[MessageHead]]:
    """Group one side's messages. Content is read only where the other side has the same id."""
    ids = {h.message_id for h in others}
    found: dict[Identity, list[MessageHead]] = defaultdict(list)
    for head in heads:
        if head.message_id in trusted:
            found["id", head.message_id].append(head)
        elif head.message_id in ids and (hashed := content(head.uid)) is not None:
            found["content", hashed].append(head)
        else:
            # Equal to nothing: `content` stands for the side in the key.
            found["alone", (id(content), head.uid)].append(head)
    return found


_LIKENESS: tuple[Callable[[MessageHead, MessageHead], bool], ...] = (
    lambda o, n: same_date(o, n) and same_flags(o.flags, n.flags),
    same_date,
    lambda o, n: same_flags(o.flags, n.flags),
    lambda _o, _n: True,
)


def _couples(old: Sequence[MessageHead], new: Sequence[MessageHead]) -> Iterator[Couple]:
    olds, news = list(old), list(new)
    for alike in _LIKENESS:
        for head in list(olds):
            other = next((n for n in news if alike(head, n)), None)
            if other is not None:
                olds.remove(head)
                news.remove(other)
                yield head, other
