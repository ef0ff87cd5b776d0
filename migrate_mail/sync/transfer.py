"""Sending messages of one folder: intent, APPEND, receipt. Killed anywhere, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from migrate_mail.errors import NetError
from migrate_mail.net.imap import AppendReceipt, MessageHead
from migrate_mail.state.records import MessageRecord
from migrate_mail.sync.bodies import read_body
from migrate_mail.sync.content import content_hash, subject_of
from migrate_mail.sync.desk import Desk, OpenFolder
from migrate_mail.sync.flags import keepable, system_only
from migrate_mail.sync.settle import find_receipts

BATCH_MESSAGES = 50
BATCH_BYTES = 4 * 1024 * 1024
_NOT_THE_MESSAGE = ("OVERQUOTA", "TRYCREATE", "NOPERM", "UNAVAILABLE", "LIMIT", "INUSE")
"""Response codes (RFC 5530, RFC 9208) of a refusal that would meet every other message too."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in hand, on its way."""

    head: MessageHead
    body: bytes
    record: MessageRecord


class _RejectedError(Exception):
    """The server refuses this message for its own sake."""


Sent = Literal["received", "unseen", "rejected"]


def send(desk: Desk, folder: OpenFolder, heads: Sequence[MessageHead]) -> None:
    """Copy messages in small batches; returns early, at a message boundary, when asked to stop."""
    for batch in batches(heads):
        if desk.stopped:
            return
        _send_batch(desk, folder, _read(desk, folder, batch))


def batches(heads: Sequence[MessageHead]) -> Iterator[list[MessageHead]]:
    """Yield messages in groups that fit in memory; a big one travels alone."""
    batch: list[MessageHead] = []
    room = BATCH_BYTES
    for head in heads:
        if batch and (len(batch) == BATCH_MESSAGES or head.size > room):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(head)
        room -= head.size
    if batch:
        yield batch


def _read(desk: Desk, folder: OpenFolder, heads: Sequence[MessageHead]) -> list[Outgoing]:
    """Read messages at old; one that old cannot give is entered by name, one that is gone is not."""
    outgoing = []
    for head in heads:
        body = read_body(desk.old, head.uid)
        if body is not None:
            outgoing.append(Outgoing(head, body, _intent(folder, head, body)))
        elif head.uid in desk.old.uids():
            desk.fail(folder.pair.old, head.uid, "", "old lists the message but cannot give it")
    return outgoing


def _intent(folder: OpenFolder, head: MessageHead, body: bytes) -> MessageRecord:
    return MessageRecord(
        folder_id=folder.record.id,
        old_uid=head.uid,
        new_uid=None,
        uidnext=folder.uidnext,
        size=head.size,
        flags=head.flags,
        internaldate=head.internaldate.isoformat(),
        content=content_hash(body),
    )


def _send_batch(desk: Desk, folder: OpenFolder, batch: Sequence[Outgoing]) -> None:
    """Send a batch whose intents are durable first; drop those of what was not sent."""
    desk.kit.journal.intend([m.record for m in batch])
    unseen: list[Outgoing] = []
    for message in batch:
        if desk.stopped:
            desk.kit.journal.forget(folder.record.id, message.head.uid)
        elif _deliver(desk, folder, message) == "unseen":
            unseen.append(message)
    if unseen:
        _look_for(desk, folder, unseen)


def _deliver(desk: Desk, folder: OpenFolder, message: Outgoing) -> Sent:
    uid = message.head.uid
    try:
        receipt = _append(desk, folder, message)
    except _RejectedError as refusal:
        desk.kit.journal.forget(folder.record.id, uid)
        desk.fail(folder.pair.old, uid, subject_of(message.body), str(refusal))
        desk.say("copying")
        return "rejected"
    if receipt is not None:
        _same_folder(desk, folder, receipt)
        desk.kit.journal.receive(folder.record.id, uid, receipt.uid)
    desk.tally.copied += 1
    desk.tally.done += 1
    desk.tally.bytes += len(message.body)
    desk.say("copying")
    return "unseen" if receipt is None else "received"


def _append(desk: Desk, folder: OpenFolder, message: Outgoing) -> AppendReceipt | None:
    """APPEND; when it is refused for the message's sake, once more without keywords."""
    flags = keepable(message.head.flags, folder.permanent)
    try:
        return _append_once(desk, folder, message, flags)
    except _RejectedError:
        if system_only(flags) == flags:
            raise
    return _append_once(desk, folder, message, system_only(flags))


def _append_once(
    desk: Desk, folder: OpenFolder, message: Outgoing, flags: Sequence[str]
) -> AppendReceipt | None:
    try:
        return desk.new.append(folder.pair.new, message.body, flags, message.head.internaldate)
    except NetError as error:
        if error.kind != "denied" or any(f"[{c}" in error.text for c in _NOT_THE_MESSAGE):
            raise
        raise _RejectedError(f"new refuses it: {error.text}") from error


def _same_folder(desk: Desk, folder: OpenFolder, receipt: AppendReceipt) -> None:
    """Refuse a receipt of another folder than the one that was opened (it was made anew meanwhile)."""
    wanted = folder.record.new_uidvalidity
    if receipt.uidvalidity != wanted:
        text = f"UIDVALIDITY of {folder.pair.new} became {receipt.uidvalidity}, it was {wanted}"
        raise NetError("closed", str(desk.new.endpoint), "APPEND", text)


def _look_for(desk: Desk, folder: OpenFolder, unseen: Sequence[Outgoing]) -> None:
    """Find the UIDs that a server without UIDPLUS did not tell."""
    by_uid = {m.head.uid: m for m in unseen}
    records = [m.record for m in unseen]
    for uid in find_receipts(desk, folder, records, [m.head for m in unseen]):
        reason = "new accepted it, but it is not to be found there; look before the next sync"
        desk.fail(folder.pair.old, uid, subject_of(by_uid[uid].body), reason)
