"""Messages that new refused in a batch, or that cannot go in one: each alone, in every way that helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from migrate_mail.errors import NetError
from migrate_mail.net.imap import AppendReceipt, MessageHead
from migrate_mail.state.records import SyncFailure
from migrate_mail.state.sync_journal import Receipt
from migrate_mail.sync.bodies import read_body
from migrate_mail.sync.content import sender_of, subject_of
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.flags import keepable, system_only
from migrate_mail.sync.merging import own_copies
from migrate_mail.sync.refusal import raise_for_the_folder, remedy
from migrate_mail.sync.work import FolderWork


class _RefusedError(Exception):
    """New does not take this message in any way."""


def send_singly(desk: Desk, work: FolderWork) -> None:
    """Send what was refused, message by message; what is refused again is entered by name."""
    if not work.refused:
        return
    desk.old.examine(work.pair.old)
    words = dict(work.refused)
    heads = {h.uid: h for h in desk.old.heads(sorted(words))}
    there = set(desk.old.uids())
    for uid in sorted(words):
        if desk.stopped:
            return
        desk.heed()
        desk.fresh_new()
        if uid in heads:
            _send(desk, work, heads[uid], words[uid])
        elif uid in there:
            _fail(desk, work, uid, "old lists the message but cannot give it")
        desk.say("copying")
    work.refused.clear()


def _send(desk: Desk, work: FolderWork, head: MessageHead, words: str) -> None:
    spent = desk.meter.spent(head.size)
    if spent is not None:
        raise spent
    body = read_body(desk.old, head.uid)
    desk.meter.message()
    desk.meter.octets(len(body or b""))
    if not body:
        reason = (
            "old lists the message but cannot give it" if body is None else "it is empty at old"
        )
        _fail(desk, work, head, reason)
        return
    try:
        receipt = _append(desk, work, head, body)
    except _RefusedError as refusal:
        reason = f"new refuses it: {str(refusal) or words}"
        _fail(desk, work, head, reason, body)
        return
    if receipt is None:
        work.unseen = True
    else:
        row: Receipt = (
            work.record.id,
            head.uid,
            receipt.uid,
            len(body),
            " ".join(head.flags),
            True,
        )
        rows = own_copies(desk, work, [row]) if desk.into_gmail else [row]
        desk.kit.journal.enter_rows(rows)
        if not rows:
            return
    work.copied += 1
    desk.tally.copied += 1
    desk.tally.done += 1
    desk.tally.bytes += len(body)


def _append(
    desk: Desk, work: FolderWork, head: MessageHead, body: bytes
) -> AppendReceipt | None:
    """APPEND in the first way that new takes."""
    last = ""
    for flags, when in _ways(head, keepable(head.flags, work.new.permanent_flags)):
        try:
            return desk.new.append(work.pair.new, body, flags, when, careful=True)
        except NetError as error:
            if error.kind != "denied":
                raise
            raise_for_the_folder(error.text, desk.new.endpoint)
            last = error.text
    raise _RefusedError(last)


def _ways(head: MessageHead, flags: Sequence[str]) -> Iterator[tuple[Sequence[str], datetime]]:
    """Yield ways to send: as it is, without keywords, without flags, with the same moment in UTC."""
    tried: list[Sequence[str]] = []
    for some in (flags, system_only(flags), ()):
        if some not in tried:
            tried.append(some)
            yield some, head.internaldate
    if head.internaldate.tzinfo != UTC:
        yield system_only(flags), head.internaldate.astimezone(UTC)


def _fail(
    desk: Desk, work: FolderWork, head: MessageHead | int, reason: str, body: bytes = b""
) -> None:
    """Enter a message by name. head: just its UID, when nothing else is known."""
    work.failed += 1
    known = None if isinstance(head, int) else head
    desk.fail(
        SyncFailure(
            desk.account,
            work.pair.old,
            head if isinstance(head, int) else head.uid,
            subject_of(body),
            reason,
            desk.kit.clock(),
            sender=sender_of(body),
            size=known.size if known else 0,
            date=known.internaldate.isoformat() if known else None,
            remedy=remedy(reason),
        )
    )
