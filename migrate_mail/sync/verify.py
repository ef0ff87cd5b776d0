"""Proof that everything at old is at new: both sides are read again, and no map is trusted."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from migrate_mail.errors import NetError
from migrate_mail.net.imap import MessageHead, ReadOnlySession
from migrate_mail.sync.bodies import Contents, read_body, read_both
from migrate_mail.sync.content import second, subject_of
from migrate_mail.sync.flags import same_flags
from migrate_mail.sync.gmail import Copies, Share, is_gmail, rank, read_ids
from migrate_mail.sync.names import FolderPair
from migrate_mail.sync.parity import Couple, Coupling, couple, same_date
from migrate_mail.sync.sight import Sight, Sighted

Wanted = Callable[[MessageHead], bool]
_MANY = 10_000
"""Heads that are asked for by name at a time."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A message at old that new does not have. what: its Message-ID, else its subject."""

    folder: str
    uid: int
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A message that is at new with other flags, or with another date. uid: at old."""

    folder: str
    uid: int
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FolderParity:
    """One folder on both sides, compared as multisets.

    extra: messages that only new has; after the switch that is new mail. problem: why it could
    not be compared. coupled: UIDs at old, and those at new of what was taken for the same. altered: messages
    that new has as far as people read them, in other bytes: it rewrites.
    """

    old: str
    new: str
    old_messages: int = 0
    new_messages: int = 0
    missing: tuple[Missing, ...] = ()
    extra: int = 0
    flags: tuple[Difference, ...] = ()
    dates: tuple[Difference, ...] = ()
    problem: str = ""
    coupled: tuple[Sequence[int], Sequence[int]] = ((), ())
    altered: tuple[Difference, ...] = ()

    @property
    def complete(self) -> bool:
        """True when new has every message of old, whatever its flags."""
        return not (self.missing or self.problem)

    @property
    def equal(self) -> bool:
        """True when new has every message of old with the same flags and date."""
        return self.complete and not (self.flags or self.dates)


def compare(
    old: ReadOnlySession,
    new: ReadOnlySession,
    pairs: Sequence[FolderPair],
    *,
    deep: bool = False,
    wanted: Wanted = lambda _head: True,
    copies: Copies = "once",
    tell: Callable[[str], None] = lambda _folder: None,
) -> list[FolderParity]:
    """Compare folders, pair by pair. deep: by the content of every message (reads everything).

    wanted: tells which messages of old new should have. copies: what becomes of Gmail's labels.
    tell: told of each folder.
    """
    share = Share(copies) if is_gmail(old) else None
    ordered = sorted(pairs, key=rank) if share else pairs
    found: list[FolderParity] = []
    for pair in ordered:
        tell(pair.old)
        found.append(_compare(old, new, pair, wanted, deep=deep, share=share))
    return found


def _compare(
    old: ReadOnlySession,
    new: ReadOnlySession,
    pair: FolderPair,
    wanted: Wanted,
    *,
    deep: bool,
    share: Share | None,
) -> FolderParity:
    try:
        seen = _sighted(old, new, pair, wanted, deep=deep, share=share)
        mine, theirs = old.heads(seen.old), new.heads(seen.new)
    except NetError as error:
        if error.kind != "denied":
            raise
        return FolderParity(pair.old, pair.new, problem=error.message)
    contents = (Contents(old), Contents(new))
    if deep and mine and theirs:
        contents = read_both((old, pair.old, seen.old), (new, pair.new, seen.new))
    coupling = couple(mine, theirs, *contents, deep=deep)
    coupling, rewritten = _rewritten(coupling, contents)
    olds, news = seen.couples
    equal, altered = len(olds), {o.uid for o, _ in rewritten}
    for o, n in coupling.couples:
        if o.uid not in altered:
            olds.append(o.uid)
            news.append(n.uid)
    return FolderParity(
        old=pair.old,
        new=pair.new,
        old_messages=equal + len(mine),
        new_messages=equal + len(theirs),
        missing=tuple(_missing(old, pair.old, head) for head in coupling.missing),
        extra=len(coupling.extra),
        flags=_flag_differences(pair.old, coupling),
        dates=_date_differences(pair.old, coupling),
        altered=tuple(
            Difference(
                pair.old, o.uid, o.message_id or "", f"{o.size} bytes", f"{n.size} bytes"
            )
            for o, n in rewritten
        ),
        coupled=(olds, news),
    )


def _rewritten(
    coupling: Coupling, contents: tuple[Contents, Contents]
) -> tuple[Coupling, list[Couple]]:
    """Couple what is left by what people read of it; only messages of the same moment or id are read."""
    mine, theirs = contents
    near = {h.message_id for h in coupling.missing} - {None}
    moments = {second(h.internaldate) for h in coupling.missing}
    there: dict[str, list[MessageHead]] = {}
    for head in coupling.extra:
        alike = head.message_id in near or second(head.internaldate) in moments
        if alike and (gist := theirs.gist(head.uid)) is not None:
            there.setdefault(gist, []).append(head)
    found: list[Couple] = []
    for head in coupling.missing if there else ():
        some = there.get(mine.gist(head.uid) or "")
        if some:
            found.append((head, some.pop(0)))
    old, new = {o.uid for o, _ in found}, {n.uid for _, n in found}
    rest = Coupling(
        tuple(sorted((*coupling.couples, *found), key=lambda c: c[0].uid)),
        tuple(h for h in coupling.missing if h.uid not in old),
        tuple(h for h in coupling.extra if h.uid not in new),
    )
    return rest, found


def _sighted(
    old: ReadOnlySession,
    new: ReadOnlySession,
    pair: FolderPair,
    wanted: Wanted,
    *,
    deep: bool,
    share: Share | None,
) -> Sighted:
    """Read the heads of both sides at the same time, and keep little of them."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = None if pair.create else pool.submit(_read, new, pair.new)
        mine = _read(old, pair.old, wanted)
        theirs = coming.result() if coming else Sight()
    elsewhere: AbstractSet[int] = frozenset()
    if share is not None:
        elsewhere = share.elsewhere(pair, read_ids(old), list(mine.uids()))
    return mine.compare(theirs, elsewhere, deep=deep)


def _read(session: ReadOnlySession, folder: str, wanted: Wanted = lambda _head: True) -> Sight:
    session.examine(folder)
    kept = Sight()
    for head in _every_head(session):
        if wanted(head):
            kept.add(head)
    return kept


def _every_head(session: ReadOnlySession) -> Iterator[MessageHead]:
    """Yield the heads of an open folder's messages, of which there may be more than fit into memory."""
    uids = array("q", (uid for uid, _ in session.marks()))
    if any(a >= b for a, b in pairwise(uids)):
        uids = array("q", sorted(set(uids)))  # news of some came in between
    for start in range(0, len(uids), _MANY):
        yield from session.heads(uids[start : start + _MANY])


def _missing(old: ReadOnlySession, folder: str, head: MessageHead) -> Missing:
    what = head.message_id or subject_of(read_body(old, head.uid) or b"")
    return Missing(folder, head.uid, head.internaldate, what)


def _flag_differences(folder: str, coupling: Coupling) -> tuple[Difference, ...]:
    return tuple(
        _difference(folder, pair, " ".join(pair[0].flags), " ".join(pair[1].flags))
        for pair in coupling.couples
        if not same_flags(pair[0].flags, pair[1].flags)
    )


def _date_differences(folder: str, coupling: Coupling) -> tuple[Difference, ...]:
    return tuple(
        _difference(folder, pair, *(second(h.internaldate).isoformat() for h in pair))
        for pair in coupling.couples
        if not same_date(*pair)
    )


def _difference(folder: str, pair: Couple, old: str, new: str) -> Difference:
    return Difference(folder, pair[0].uid, pair[0].message_id or "", old, new)
