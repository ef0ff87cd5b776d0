"""Looking at new before anything is sent: what is there is never sent again.

Three questions have the same answer. A copy that was cut off (we were killed, or the line broke):
did the message arrive? A message that the journal does not know, in a folder that already holds
mail (an earlier tool, a lost state file, another UIDVALIDITY): is it there? And on a server
without UIDPLUS (RFC 4315): which UID did the message get?
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import CopyRecord, SyncFailure
from migrate_mail.sync.bodies import Contents
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.match import Wanted, match
from migrate_mail.sync.work import FolderWork


def settle(desk: Desk, work: FolderWork, missing: Sequence[int]) -> list[int]:
    """Enter receipts for messages that new has already; return the UIDs that it has not.

    Only the contents decide, byte for byte, and else as far as people read them: who, when, what
    about, and the body. What a window tells to be ours is; anything else is not.
    """
    free = _unclaimed(desk, work)
    if not free or not missing:
        return list(missing)
    desk.say("looking")
    desk.old.examine(work.pair.old)
    heads = desk.old.heads(missing)
    mine, theirs = Contents(desk.old, work.pair.old), Contents(desk.new, work.pair.new)

    def ahead(old: Collection[int], new: Collection[int]) -> None:
        mine.ahead(old)
        theirs.ahead(new)

    wanted = [wanted_of(h) for h in heads]
    found = match(wanted, free, mine, theirs, ahead=ahead)
    found |= _rewritten(wanted, free, found, (mine, theirs))
    _enter(desk, work, {h.uid: h for h in heads}, {h.uid: h for h in free}, found)
    return [uid for uid in missing if uid not in found]


def _rewritten(
    wanted: Sequence[Wanted],
    free: Sequence[MessageHead],
    found: Mapping[int, int],
    contents: tuple[Contents, Contents],
) -> dict[int, int]:
    """Match what is left by what people read of it: new may have rewritten the rest."""
    taken = set(found.values())
    left = [w for w in wanted if w.old_uid not in found]
    there = [h for h in free if h.uid not in taken]
    mine, theirs = contents

    def ahead(old: Collection[int], new: Collection[int]) -> None:
        mine.ahead(old)
        theirs.ahead(new)

    return match(left, there, mine.gist, theirs.gist, ahead=ahead) if left and there else {}


def find_receipts(desk: Desk, work: FolderWork, sent: Sequence[int]) -> None:
    """Enter receipts for messages that new has just accepted without naming their UIDs.

    The server said OK, so a message with other bytes but the same id, date or size is taken for
    it: some servers rewrite messages. What cannot be found at all is entered by name.
    """
    work.window = work.window or work.new.uidnext
    counted = work.copied
    left = settle(desk, work, sent)
    if left:
        desk.old.examine(work.pair.old)
        heads = desk.old.heads(left)
        free = _unclaimed(desk, work)
        found = match([wanted_of(h) for h in heads], free, _alike, _alike)
        _enter(desk, work, {h.uid: h for h in heads}, {h.uid: h for h in free}, found)
        left = [h.uid for h in heads if h.uid not in found]
    work.copied = counted - len(left)
    for uid in left:
        _fail(desk, work, uid)


def _alike(_uid: int) -> str:
    return ""


def wanted_of(head: MessageHead) -> Wanted:
    """Return what a message that should be there is known by."""
    return Wanted(head.uid, head.message_id, head.size, head.internaldate)


def _unclaimed(desk: Desk, work: FolderWork) -> list[MessageHead]:
    """Return the messages at new that no receipt claims, its folder open for reading then."""
    status = desk.new.examine(work.pair.new)
    if not status.messages:
        return []
    claimed = desk.kit.journal.claimed(work.record.id)
    if desk.back:
        claimed |= desk.back.originals(work.pair.new, work.record.new_uidvalidity)
    uids = [uid for uid in desk.new.uids() if uid not in claimed]
    return list(desk.new.heads(uids)) if uids else []


def _enter(
    desk: Desk,
    work: FolderWork,
    old: Mapping[int, MessageHead],
    new: Mapping[int, MessageHead],
    found: Mapping[int, int],
) -> None:
    """Enter what was found, with the flags that it has at new where it was not ours."""
    copies = []
    for old_uid, new_uid in sorted(found.items()):
        ours = 0 < work.window <= new_uid
        flags = (old[old_uid] if ours else new[new_uid]).flags
        copies.append(CopyRecord(old_uid, new_uid, old[old_uid].size, flags, ours))
    desk.kit.journal.enter(work.record.id, copies)
    settled = sum(c.ours for c in copies)
    work.copied += settled
    work.already += len(copies) - settled
    desk.tally.adopted += len(copies) - settled
    desk.tally.done += len(copies)


def _fail(desk: Desk, work: FolderWork, uid: int) -> None:
    work.failed += 1
    reason = "new accepted it, but it is not to be found there"
    remedy = "look at new before the next sync"
    desk.fail(
        SyncFailure(
            desk.account, work.pair.old, uid, "", reason, desk.kit.clock(), remedy=remedy
        )
    )
