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
from migrate_mail.sync.desk import Desk, SyncKit, Tally
from migrate_mail.sync.folder_work import work_through
from migrate_mail.sync.progress import AccountOutcome, Ending
from migrate_mail.sync.work import survey

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
        return _end(kit, tally, "stopped" if kit.stop.is_set() else "failed", error.told)
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
        lost=dict(sorted(tally.lost.items())),
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
    """Bring all folders up to date once."""
    if kit.stop.is_set():
        return
    old, new = kit.doors.both(account)
    with old, new:
        tally.total = tally.done = tally.failed = tally.folders = 0
        desk = Desk(account, kit, tally, (old, new))
        desk.say("looking")
        try:
            work_through(desk, survey(desk))
        except NetError as error:
            # New did not understand us: the next attempt asks before every message.
            tally.careful |= (error.kind, error.phase) == ("garbage", "APPEND")
            raise
