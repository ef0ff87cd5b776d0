"""The sync of one account: every folder in turn, again from where it was when a line breaks."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_when_event_set,
    wait_exponential_jitter,
)

from migrate_mail.errors import NetError, SecretError
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import MessageHead, ReadOnlySession
from migrate_mail.sync.desk import Desk, OpenFolder, SyncKit, Tally
from migrate_mail.sync.flags import keepable
from migrate_mail.sync.folders import (
    copied_before,
    is_gone,
    known_names,
    open_folder,
    pair_folders,
)
from migrate_mail.sync.names import FolderPair
from migrate_mail.sync.plan import plan_folder
from migrate_mail.sync.progress import AccountOutcome, Ending
from migrate_mail.sync.settle import settle
from migrate_mail.sync.transfer import send

TRIES = 6
"""Attempts without a single message copied in between before an account is given up."""
_TEMPORARY = frozenset(
    {"timeout", "refused", "unreachable", "closed", "busy", "dns", "garbage"}
)


def sync_account(account: Account, kit: SyncKit) -> AccountOutcome:
    """Bring one account's mail to new. What goes wrong with it is in the outcome, not raised."""
    tally = Tally(account.address)
    kit.watch(tally.progress("connecting"))
    try:
        _retrying(kit, tally)(_pass, account, kit, tally)
    except (NetError, SecretError) as error:
        return _end(kit, tally, "stopped" if kit.stop.is_set() else "failed", error.message)
    if kit.stop.is_set():
        return _end(kit, tally, "stopped")
    return _end(kit, tally, "incomplete" if tally.failed else "done")


def _end(kit: SyncKit, tally: Tally, state: Ending, reason: str = "") -> AccountOutcome:
    kit.journal.account_done(tally.account, state=state, at=kit.clock())
    kit.watch(tally.progress(state, reason))
    return AccountOutcome(
        account=tally.account,
        state=state,
        folders=tally.folders,
        copied=tally.copied,
        bytes=tally.bytes,
        adopted=tally.adopted,
        flagged=tally.flagged,
        failed=tally.failed,
        reason=reason,
    )


def _retrying(kit: SyncKit, tally: Tally) -> Retrying:
    """Return the policy: back off and go on, as long as the attempts get somewhere."""
    fruitless = _fruitless(tally)

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        kit.watch(tally.progress("retrying", str(error or "")))

    return Retrying(
        sleep=kit.wait,
        retry=retry_if_exception(_temporary),
        stop=lambda state: stop_when_event_set(kit.stop)(state) or fruitless(state),
        wait=wait_exponential_jitter(initial=1, max=60),
        before_sleep=tell,
        reraise=True,
    )


def _temporary(error: BaseException) -> bool:
    return isinstance(error, NetError) and error.kind in _TEMPORARY


def _fruitless(tally: Tally) -> Callable[[RetryCallState], bool]:
    """Return a stop rule: TRIES attempts in a row that copied nothing."""
    seen = {"copied": 0, "attempt": 0}

    def stop(state: RetryCallState) -> bool:
        if tally.copied > seen["copied"]:
            seen.update(copied=tally.copied, attempt=state.attempt_number)
        return state.attempt_number - seen["attempt"] >= TRIES

    return stop


def _pass(account: Account, kit: SyncKit, tally: Tally) -> None:
    """Go through all folders once."""
    if kit.stop.is_set():
        return
    with kit.doors.old(account) as old, kit.doors.new(account) as new:
        tally.total = tally.done = tally.failed = tally.folders = 0
        kit.journal.clear_failures(account.address)
        additions_only = account.domain in kit.switched
        desk = Desk(account.address, kit, tally, old, new, additions_only)
        desk.say("looking")
        pairs = pair_folders(old, new, known_names(kit.journal, account.address))
        tally.total = sum(_count(old, pair) for pair in pairs)
        for pair in pairs:
            if desk.stopped:
                return
            _folder(desk, pair)


def _count(old: ReadOnlySession, pair: FolderPair) -> int:
    """Return how many messages a folder holds; nothing for one that may not be looked at."""
    try:
        return old.status(pair.old).messages
    except NetError as error:
        if error.kind != "denied":
            raise
        return 0


def _folder(desk: Desk, pair: FolderPair) -> None:
    """Bring one folder up to date; one that a server refuses is entered by name, the next goes on."""
    desk.tally.folder = pair.old
    desk.tally.folders += 1
    try:
        copy_folder(desk, pair)
    except NetError as error:
        if error.kind != "denied":
            raise
        desk.fail(pair.old, None, "", error.message)


def copy_folder(desk: Desk, pair: FolderPair) -> None:
    """Look, copy what is missing, follow flags."""
    if desk.additions_only and is_gone(desk, pair):
        return
    folder = open_folder(desk, pair)
    heads = _to_be_there(desk, folder)
    settle(desk, folder, heads)
    plan = plan_folder(folder.known(desk), heads, additions_only=desk.additions_only)
    desk.tally.done += len(heads) - len(plan.copy)
    desk.say("copying")
    send(desk, folder, plan.copy)
    _follow_flags(desk, folder, heads)


def _to_be_there(desk: Desk, folder: OpenFolder) -> list[MessageHead]:
    """Return the messages at old that new should have.

    After the switch that is only what never had a receipt: people may have renamed the folder
    at new, or removed it, and that is not undone.
    """
    uids = set(desk.old.uids())
    if desk.additions_only:
        mine = folder.known(desk)
        record = folder.record
        done = copied_before(
            desk.kit.journal, desk.account, record.old_name, record.old_uidvalidity
        )
        uids -= done - set(mine)
    return list(desk.old.heads(sorted(uids)))


def _follow_flags(desk: Desk, folder: OpenFolder, heads: list[MessageHead]) -> None:
    plan = plan_folder(folder.known(desk), heads, additions_only=desk.additions_only)
    for change in plan.flag:
        if desk.stopped:
            return
        desk.new.set_flags(change.new_uid, keepable(change.flags, folder.permanent))
        desk.kit.journal.set_flags(folder.record.id, change.old_uid, change.flags)
        desk.tally.flagged += 1
