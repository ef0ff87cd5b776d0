"""Messages that are not to be copied: by age, by day, by size, test mail. Each is entered by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import SyncFailure
from migrate_mail.sync.content import sender_of, subject_of
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.work import FolderWork


def leave_out(desk: Desk, work: FolderWork, missing: Sequence[int]) -> Sequence[int]:
    """Return the UIDs that are to be copied; enter the others with the reason.

    Only messages without a receipt come here: what was copied once is never called skipped.
    """
    if not desk.filter or not missing:
        return missing
    desk.old.examine(work.pair.old)
    now = desk.kit.clock()
    heads = {h.uid: h for h in desk.old.heads(missing)}
    reasons = {
        uid: reason for uid, head in heads.items() if (reason := desk.filter.reason(head, now))
    }
    headers = desk.old.headers(sorted(reasons)) if reasons else {}
    desk.kit.journal.fail(
        _entry(desk, work, (heads[uid], headers), reason) for uid, reason in reasons.items()
    )
    work.skipped += len(reasons)
    work.left_out = frozenset(reasons)
    desk.tally.done += len(reasons)
    return [uid for uid in missing if uid not in reasons]


def _entry(
    desk: Desk, work: FolderWork, message: tuple[MessageHead, Mapping[int, bytes]], reason: str
) -> SyncFailure:
    head, headers = message
    said = headers.get(head.uid, b"")
    why, _, remedy = reason.partition(": ")
    return SyncFailure(
        desk.account,
        work.pair.old,
        head.uid,
        subject_of(said),
        why,
        desk.kit.clock(),
        kind="skipped",
        sender=sender_of(said),
        size=head.size,
        date=head.internaldate.isoformat(),
        remedy=remedy,
    )
