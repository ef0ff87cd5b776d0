"""Taking copies out of new whose originals are gone from old: in stage only, ours only, untouched, capped.

Nothing is removed on a guess. A copy goes when old listed its whole folder without it, when we put
it there ourselves, when it has the flags that we gave it, and when there are not too many of them:
an emptied mailbox or a wrong login must not empty new as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from migrate_mail.errors import UserError
from migrate_mail.net.imap import ReadOnlySession, Session, read_flags
from migrate_mail.state.records import CopyRecord
from migrate_mail.sync.content import sender_of, subject_of
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.flags import keepable, same_flags
from migrate_mail.sync.most import Most
from migrate_mail.sync.work import FolderWork

_DELETED = "\\Deleted"
NO_UIDPLUS = (
    "new has no UIDPLUS (RFC 4315): single messages cannot be removed there, so nothing was"
)
NOT_WITH_GMAIL = (
    "a label that came or went at Gmail is no removal: with Gmail nothing is removed"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """One copy that is to go, by name."""

    folder: str
    uid: int
    sender: str
    subject: str
    size: int


def choose(
    copies: Sequence[CopyRecord],
    flags_now: Mapping[int, tuple[str, ...]],
    permanent: frozenset[str] | None,
) -> tuple[list[CopyRecord], list[CopyRecord]]:
    r"""Return the copies that may go, and those that are gone from new already. PURE.

    A copy that was there before us stays, and one that somebody gave other flags. \Deleted is
    no difference: we may have been killed between the mark and the removal. permanent: the
    flags that new keeps; None where that is not known, as new is only looked at.
    """
    may_go: list[CopyRecord] = []
    gone: list[CopyRecord] = []
    for copy in copies:
        now = flags_now.get(copy.new_uid)
        if now is None:
            gone.append(copy)
        elif copy.ours and _untouched(copy, now, permanent):
            may_go.append(copy)
    return may_go, gone


def _untouched(
    copy: CopyRecord, now: tuple[str, ...], permanent: frozenset[str] | None
) -> bool:
    known = copy.flags if permanent is None else keepable(copy.flags, permanent)
    kept = now if permanent is None else known
    given = [f for f in known if f != _DELETED and (f in kept or f.startswith("\\"))]
    return same_flags(given, [f for f in now if f != _DELETED])


def remove(desk: Desk, works: Sequence[FolderWork], most: Most) -> None:
    """Remove what may go from all folders of the account, or nothing when it is too much.

    UserError `too much` names the number; the list is in the tally then, as it is after.
    """
    found = [(work, _may_go(desk, work)) for work in works if work.gone]
    found = [(work, copies) for work, copies in found if copies]
    if not found:
        return
    if desk.labels is not None or desk.into_gmail:
        raise UserError(NOT_WITH_GMAIL)
    if "UIDPLUS" not in desk.new.capabilities:
        raise UserError(NO_UIDPLUS)
    desk.tally.removals = [
        r for work, copies in found for r in named(desk.new, work.pair.new, copies)
    ]
    held = desk.kit.journal.held(desk.account)
    too_many = most.refusal(len(desk.tally.removals), held)
    if too_many is not None:
        raise too_many
    for work, copies in found:
        if desk.stopped:
            return
        _take_out(desk, work, copies)


def _may_go(desk: Desk, work: FolderWork) -> list[CopyRecord]:
    """Look at the copies as they are at new now; forget those that are gone there too."""
    status = desk.new.examine(work.pair.new)
    if status.uidvalidity != work.record.new_uidvalidity:
        return []
    flags = flags_of(desk.new, {copy.new_uid for copy in work.gone})
    may_go, gone = choose(work.gone, flags, work.new.permanent_flags)
    if gone:
        desk.kit.journal.forget_all(work.record.id, [copy.old_uid for copy in gone])
        desk.tally.gone -= len(gone)
    return may_go


def flags_of(new: ReadOnlySession, wanted: AbstractSet[int]) -> dict[int, tuple[str, ...]]:
    """Return the flags that messages of the open folder have now; those that are gone are left out."""
    return {
        uid: read_flags(raw.decode("utf-8", "backslashreplace").split())
        for uid, raw in new.marks()
        if uid in wanted
    }


def named(new: ReadOnlySession, folder: str, copies: Sequence[CopyRecord]) -> list[Removal]:
    """Return what goes by name."""
    new.examine(folder)
    heads = new.headers(sorted(copy.new_uid for copy in copies))
    return [
        Removal(
            folder,
            copy.new_uid,
            sender_of(heads.get(copy.new_uid, b"")),
            subject_of(heads.get(copy.new_uid, b"")),
            copy.size,
        )
        for copy in copies
    ]


def _take_out(desk: Desk, work: FolderWork, copies: Sequence[CopyRecord]) -> None:
    """Remove copies, then forget their receipts: killed in between, the next run finds them gone."""
    new: Session = desk.new
    new.select(work.pair.new)
    new.remove([copy.new_uid for copy in copies])
    desk.kit.journal.forget_all(work.record.id, [copy.old_uid for copy in copies])
    desk.tally.removed += len(copies)
    desk.tally.gone -= len(copies)
