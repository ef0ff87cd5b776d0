"""What a folder that was copied before needs now: old's list and the journal, read side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from migrate_mail.errors import NetError
from migrate_mail.net.imap import read_flags
from migrate_mail.state.records import CopyRecord
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.flags import keepable, same_flags
from migrate_mail.sync.remembered import copied_before
from migrate_mail.sync.work import FolderWork


@dataclass(slots=True)
class Difference:
    """How old differs from what the journal knows.

    missing: UIDs without a receipt. gone: receipts whose message is no more at old. flags:
    copies whose original got other flags, by those flags. complete: old listed all that it has.
    """

    complete: bool = True
    found: int = 0
    copied: int = 0
    already: int = 0
    missing: list[int] = field(default_factory=list)
    gone: list[CopyRecord] = field(default_factory=list)
    flags: dict[tuple[str, ...], list[CopyRecord]] = field(default_factory=dict)


def difference(desk: Desk, work: FolderWork) -> Difference:
    """Read one folder at old and compare it with the journal. Memory does not grow with the folder."""
    status = desk.old.examine(work.pair.old)
    if status.uidvalidity != work.record.old_uidvalidity:
        text = f"UIDVALIDITY of {work.pair.old} changed meanwhile"
        raise NetError("closed", str(desk.old.endpoint), "EXAMINE", text)
    marks = desk.old.marks()
    found = compare(_in_order(marks), desk.kit.journal.copies(work.record.id))
    if found.found < status.messages:
        # Not in order, or less than the server said it has: read it again, sorted.
        marks = iter(sorted(dict(desk.old.marks()).items()))
        found = compare(marks, desk.kit.journal.copies(work.record.id))
    found.complete = found.found >= status.messages
    if desk.back and found.missing:
        brought = desk.back.brought(work.pair.old, work.record.old_uidvalidity)
        _leave_out(found, brought)
    if desk.additions_only and found.missing:
        _leave_what_people_did(desk, work, found)
    if desk.into_gmail and found.missing:
        _leave_out(found, desk.kit.journal.merged(work.record.id))
    if desk.labels is not None:
        before = len(found.missing)
        found.missing = desk.labels.sift(work, found.missing)
        found.already += before - len(found.missing)
    return found


def compare(marks: Iterator[tuple[int, bytes]], copies: Iterator[CopyRecord]) -> Difference:
    """Compare UIDs and flags at old with receipts, both by ascending UID."""
    result = Difference()
    read: dict[bytes, tuple[str, ...]] = {}
    copy = next(copies, None)
    for uid, raw in marks:
        while copy is not None and copy.old_uid < uid:
            result.gone.append(copy)
            copy = next(copies, None)
        result.found += 1
        if copy is None or copy.old_uid > uid:
            result.missing.append(uid)
            continue
        flags = read.get(raw)
        if flags is None:
            flags = read[raw] = read_flags(raw.decode("utf-8", "backslashreplace").split())
        _compare_one(result, copy, flags)
        copy = next(copies, None)
    while copy is not None:
        result.gone.append(copy)
        copy = next(copies, None)
    return result


def _compare_one(result: Difference, copy: CopyRecord, flags: tuple[str, ...]) -> None:
    if copy.ours:
        result.copied += 1
    else:
        result.already += 1
    if copy.flags is not flags and not same_flags(copy.flags, flags):
        result.flags.setdefault(flags, []).append(copy)


def _in_order(marks: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Leave out what comes again: news about a message that was told of already."""
    last = 0
    for uid, raw in marks:
        if uid > last:
            last = uid
            yield uid, raw


def _leave_what_people_did(desk: Desk, work: FolderWork, found: Difference) -> None:
    """Take out what had its receipt in a folder that people renamed or removed at new since."""
    record = work.record
    done = copied_before(
        desk.kit.journal, desk.account, record.old_name, record.old_uidvalidity
    )
    _leave_out(found, done)


def _leave_out(found: Difference, there: Set[int]) -> None:
    """Count what is at new already, though it has no receipt of its own."""
    before = len(found.missing)
    found.missing = [uid for uid in found.missing if uid not in there]
    found.already += before - len(found.missing)


def follow_flags(
    desk: Desk, work: FolderWork, changes: dict[tuple[str, ...], list[CopyRecord]]
) -> None:
    """Give our copies the flags that their originals got since."""
    if not changes:
        return
    desk.new.select(work.pair.new)
    for flags, copies in changes.items():
        if desk.stopped:
            return
        _set(desk, work, flags, copies)


def _set(
    desk: Desk, work: FolderWork, flags: tuple[str, ...], copies: Sequence[CopyRecord]
) -> None:
    kept = keepable(flags, work.new.permanent_flags)
    desk.new.set_flags([c.new_uid for c in copies], kept)
    desk.kit.journal.set_all_flags(work.record.id, {c.old_uid: flags for c in copies})
    desk.tally.flagged += len(copies)
