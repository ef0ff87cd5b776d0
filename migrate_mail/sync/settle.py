"""Looking at new before anything is sent: what is there is never sent again.

Three questions have the same answer. An intent without receipt (we were killed, or the line
broke): did the message arrive? A message that the journal does not know, in a folder that
already holds mail (an earlier tool, a lost state file, another UIDVALIDITY): is it there? And on
a server without UIDPLUS (RFC 4315): which UID did the message get?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import FolderRecord, MessageRecord
from migrate_mail.sync.bodies import Contents
from migrate_mail.sync.desk import Desk, OpenFolder
from migrate_mail.sync.match import Wanted, match
from migrate_mail.sync.plan import FolderPlan, plan_folder


def settle(desk: Desk, folder: OpenFolder, heads: Sequence[MessageHead]) -> None:
    """Find what is at new already: enter receipts for it, drop intents that did not arrive."""
    known = folder.known(desk)
    plan = plan_folder(known, heads, additions_only=desk.additions_only)
    if not plan.settle and not plan.copy:
        return
    free = _unclaimed(desk, known.values(), _least(plan))
    old, new = _readers(desk, folder, plan.settle)
    found = match(_wanted(plan, {h.uid: h for h in heads}), free, old, new)
    _settle_intents(desk, folder.record, plan.settle, found)
    _adopt(desk, folder, [h for h in plan.copy if h.uid in found], found, old)


def find_receipts(
    desk: Desk,
    folder: OpenFolder,
    records: Sequence[MessageRecord],
    heads: Sequence[MessageHead],
) -> list[int]:
    """Enter receipts for messages that new has just accepted without naming their UIDs.

    Return the UIDs at old of those that were not found. The server said OK, so a message with
    other bytes but the same id, date or size is taken for it: some servers rewrite messages.
    """
    desk.new.select(folder.pair.new)
    by_uid = {h.uid: h for h in heads}
    free = _unclaimed(desk, folder.known(desk).values(), folder.uidnext)
    wanted = [_from_intent(r, by_uid.get(r.old_uid)) for r in records]
    found = match(wanted, free, *_readers(desk, folder, records))
    left = [w for w in wanted if w.old_uid not in found]
    if left:
        rest = [h for h in free if h.uid not in set(found.values())]
        found |= match(left, rest, _alike, _alike)
    desk.kit.journal.receive_all(folder.record.id, found)
    return [r.old_uid for r in records if r.old_uid not in found]


def _alike(_uid: int) -> str:
    return ""


def _least(plan: FolderPlan) -> int:
    """Return the lowest UID at new worth a look: intents are only looked for from their UIDNEXT on."""
    return 1 if plan.copy else min(r.uidnext for r in plan.settle)


def _unclaimed(desk: Desk, known: Iterable[MessageRecord], least: int) -> list[MessageHead]:
    """Return the messages of the open folder at new that no receipt claims."""
    claimed = {r.new_uid for r in known}
    uids = [u for u in desk.new.uids() if u >= least and u not in claimed]
    return list(desk.new.heads(uids)) if uids else []


def _wanted(plan: FolderPlan, heads: Mapping[int, MessageHead]) -> list[Wanted]:
    intents = [_from_intent(r, heads.get(r.old_uid)) for r in plan.settle]
    return intents + [Wanted(h.uid, h.message_id, h.size, h.internaldate) for h in plan.copy]


def _from_intent(record: MessageRecord, head: MessageHead | None) -> Wanted:
    return Wanted(
        old_uid=record.old_uid,
        message_id=head.message_id if head else None,
        size=record.size,
        at=datetime.fromisoformat(record.internaldate),
        least=record.uidnext,
        gone=head is None,
    )


def _readers(
    desk: Desk, folder: OpenFolder, intents: Iterable[MessageRecord]
) -> tuple[Contents, Contents]:
    """Return readers of content for either side that begin with what the journal knows of it."""
    mine, journal = folder.record, desk.kit.journal
    old = {r.old_uid: r.content for r in intents}
    new: dict[int, str] = {}
    for other in (r for r in journal.folders(desk.account) if r.id != mine.id):
        if (other.old_name, other.old_uidvalidity) == (mine.old_name, mine.old_uidvalidity):
            old |= {r.old_uid: r.content for r in journal.messages(other.id).values()}
        if (other.new_name, other.new_uidvalidity) == (mine.new_name, mine.new_uidvalidity):
            copies = journal.messages(other.id).values()
            new |= {r.new_uid: r.content for r in copies if r.new_uid is not None}
    return Contents(desk.old, old), Contents(desk.new, new)


def _settle_intents(
    desk: Desk, record: FolderRecord, intents: Sequence[MessageRecord], found: Mapping[int, int]
) -> None:
    arrived = {i.old_uid: found[i.old_uid] for i in intents if i.old_uid in found}
    desk.kit.journal.receive_all(record.id, arrived)
    lost = [i.old_uid for i in intents if i.old_uid not in found]
    desk.kit.journal.forget_all(record.id, lost)


def _adopt(
    desk: Desk,
    folder: OpenFolder,
    heads: Sequence[MessageHead],
    found: Mapping[int, int],
    contents: Contents,
) -> None:
    """Enter receipts for messages that new had already, with the flags that they have there.

    Being killed in here is harmless: what is not entered is looked for again.
    """
    there = {h.uid: h for h in desk.new.heads([found[h.uid] for h in heads])} if heads else {}
    records = [
        MessageRecord(
            folder_id=folder.record.id,
            old_uid=head.uid,
            new_uid=None,
            uidnext=found[head.uid],
            size=head.size,
            flags=there[found[head.uid]].flags,
            internaldate=head.internaldate.isoformat(),
            content=contents(head.uid) or "",
        )
        for head in heads
    ]
    desk.kit.journal.intend(records)
    receipts = {r.old_uid: found[r.old_uid] for r in records}
    desk.kit.journal.receive_all(folder.record.id, receipts)
    desk.tally.adopted += len(records)
