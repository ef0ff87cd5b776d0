"""The work on the folders of an account: compare, settle, copy, follow flags, close the books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from migrate_mail.errors import NetError
from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import FolderLook
from migrate_mail.sync.analysis import Difference, difference, follow_flags
from migrate_mail.sync.bodies import uid_sets
from migrate_mail.sync.copying import copy
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.moved import MovedAtNew
from migrate_mail.sync.refusal import FullError
from migrate_mail.sync.settle import find_receipts, settle
from migrate_mail.sync.singles import send_singly
from migrate_mail.sync.skipping import leave_out
from migrate_mail.sync.work import FolderWork


def work_through(desk: Desk, works: Sequence[FolderWork]) -> None:
    """Bring folders up to date; a folder that a server refuses is entered by name, the rest go on."""
    desk.kit.journal.clear_failures(desk.account, [w.pair.old for w in works])
    if desk.labels is not None:
        works = desk.labels.arrange(desk.old, works, all_count=desk.additions_only)
    plan = partial(_plan, moved=_moved(desk))
    ready = [w for w in works if _without_refusal(desk, w, plan)]
    copy(desk, ready)
    for work in ready:
        _without_refusal(desk, work, _finish)
    # Whoever stopped did so between messages: only what new gave no receipt for is in doubt.
    desk.kit.journal.close_windows([w.record.id for w in ready if not w.unseen])
    if not desk.stopped:
        at = desk.kit.clock()
        looks = {w.record.id: _look(w, at) for w in ready if w.closed or not w.sets}
        desk.kit.journal.looked(looks)
        torn = (w for w in ready if w.record.id in looks and not looks[w.record.id].adds_up)
        desk.tally.torn = [w.pair.old for w in torn]


def _without_refusal(
    desk: Desk, work: FolderWork, act: Callable[[Desk, FolderWork], None]
) -> bool:
    """Do something with a folder; enter it by name when a server refuses."""
    desk.tally.folder = work.pair.old
    try:
        act(desk, work)
    except FullError:
        raise
    except NetError as error:
        if error.kind != "denied":
            raise
        work.failed += 1
        work.closed, work.sets = False, work.sets or ["*"]
        desk.refuse_folder(work.pair.old, error.message)
        return False
    return True


def _plan(desk: Desk, work: FolderWork, *, moved: MovedAtNew | None) -> None:
    """Find out what is to be copied; follow flags."""
    if desk.stopped:
        return
    if _is_new(desk, work):
        work.wanted = work.before.messages
        work.sets = ["1:*"] if work.wanted else []
        return
    found = difference(desk, work)
    _count(work, found)
    work.gone = found.gone if found.complete else []
    desk.tally.gone += len(work.gone)
    desk.tally.done += found.copied + found.already
    desk.tally.elsewhere += len(work.elsewhere or ())
    missing = leave_out(desk, work, settle(desk, work, found.missing))
    if moved is not None:
        left = moved.sift(work.pair.old, missing)
        work.already += len(missing) - len(left)
        desk.tally.done += len(missing) - len(left)
        missing = left
    work.sets, work.wanted = uid_sets(missing), len(missing)
    if not desk.additions_only:
        adopted = len(missing) < len(found.missing)
        flags = difference(desk, work).flags if adopted else found.flags
        follow_flags(desk, work, flags)


def _moved(desk: Desk) -> MovedAtNew | None:
    """Return what finds mail of old that people filed elsewhere at new; None but on the way back."""
    if desk.back is None:
        return None

    def goes(head: MessageHead) -> bool:
        return not desk.filter.reason(head, desk.kit.clock())

    return MovedAtNew(desk.old, desk.new, desk.back, goes)


def _is_new(desk: Desk, work: FolderWork) -> bool:
    """Tell whether nothing of a folder can be at new: then nothing needs to be compared."""
    seen = any(key[0] == work.pair.old for key in desk.records)
    return work.untouched and not seen and not desk.filter and desk.labels is None


def _finish(desk: Desk, work: FolderWork) -> None:
    """Do what could not be done in the stream: messages without receipt, refused, not given."""
    if desk.stopped:
        return
    if work.unseen:
        refused = {uid for uid, _ in work.refused}
        find_receipts(desk, work, [uid for uid in _unsent(desk, work) if uid not in refused])
        work.unseen = False
    if work.came < work.wanted:
        _add_what_did_not_come(desk, work)
    if work.refused:
        send_singly(desk, work)
        if work.unseen:
            find_receipts(desk, work, _unsent(desk, work))
            work.unseen = False
    if work.sets == ["1:*"] and not work.found:
        work.found = work.came


def _add_what_did_not_come(desk: Desk, work: FolderWork) -> None:
    """Try what old listed and did not give once more, one by one. What is gone is not missing."""
    found = difference(desk, work)
    _count(work, found)
    known = {uid for uid, _ in work.refused} | work.left_out
    work.refused += [(uid, "") for uid in found.missing if uid not in known]


def _unsent(desk: Desk, work: FolderWork) -> list[int]:
    """Return the UIDs without a receipt that somebody wants."""
    return [uid for uid in difference(desk, work).missing if uid not in work.left_out]


def _count(work: FolderWork, found: Difference) -> None:
    work.found, work.copied, work.already = found.found, found.copied, found.already


def _look(work: FolderWork, at: datetime) -> FolderLook:
    """Close the books of a folder."""
    return FolderLook(
        uidnext=work.before.uidnext,
        messages=work.before.messages,
        modseq=work.before.modseq,
        found=work.found,
        copied=work.copied,
        already=work.already,
        skipped=work.skipped,
        failed=work.failed,
        at=at,
    )
