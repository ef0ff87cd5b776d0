"""The sync of one account: every folder in turn, again from where it was when a line breaks."""

from __future__ import annotations

from datetime import datetime, timedelta

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_when_event_set

from migrate_mail.errors import NetError, SecretError
from migrate_mail.finding import Clock
from migrate_mail.inventory.model import Account
from migrate_mail.sync.budget import SpentError
from migrate_mail.sync.desk import MOST_REFUSALS, Desk, SyncKit, Tally
from migrate_mail.sync.folder_work import work_through
from migrate_mail.sync.patience import Patience, asked, temporary
from migrate_mail.sync.progress import AccountOutcome, Ending
from migrate_mail.sync.work import survey

_CONTINUE = "run the same command then; it goes on where it was"


def sync_account(account: Account, kit: SyncKit) -> AccountOutcome:
    """Bring one account's mail to new. What goes wrong with it is in the outcome, not raised."""
    tally = Tally(account.address)
    kit.watch(tally.progress("connecting"))
    try:
        _retrying(account, kit, tally)(_pass, account, kit, tally)
    except (NetError, SecretError) as error:
        return _broken_off(kit, tally, error)
    if kit.stop.is_set():
        return _end(kit, tally, "stopped")
    return _end(kit, tally, "incomplete" if tally.failed else "done")


def _broken_off(kit: SyncKit, tally: Tally, error: NetError | SecretError) -> AccountOutcome:
    if kit.stop.is_set():
        return _end(kit, tally, "stopped", error.told)
    wish = asked(error)
    if isinstance(error, SpentError):
        until = error.until
    elif wish is not None and wish.seconds:
        until = kit.clock() + timedelta(seconds=wish.seconds)
    else:
        return _end(kit, tally, "failed", error.told)
    reason = f"goes on at {_moment(until)} at the earliest: {_CONTINUE} ({error.message})"
    return _end(kit, tally, "paused", reason, until)


def _end(
    kit: SyncKit,
    tally: Tally,
    state: Ending,
    reason: str = "",
    until: datetime | None = None,
) -> AccountOutcome:
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
        elsewhere=tally.elsewhere,
        merged=tally.merged,
        reason=reason,
        lost=dict(sorted(tally.lost.items())),
        until=until.isoformat(timespec="seconds") if until else "",
    )


def _retrying(account: Account, kit: SyncKit, tally: Tally) -> Retrying:
    """Return the policy: back off and go on, as long as the attempts get somewhere."""
    patience = Patience(lambda: tally.copied)

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wish = asked(error)
        if wish is not None and wish.act == "token":
            kit.doors.renew(account, str(error))
        if wish is not None and wish.seconds:
            kit.watch(tally.progress("waiting", _pause(kit.clock, wish.seconds, error)))
        else:
            kit.watch(tally.progress("retrying", str(error or "")))

    return Retrying(
        sleep=kit.wait,
        retry=retry_if_exception(temporary),
        stop=lambda state: stop_when_event_set(kit.stop)(state) or patience.stop(state),
        wait=patience.wait,
        before_sleep=tell,
        reraise=True,
    )


def _pause(clock: Clock, seconds: float, error: BaseException | None) -> str:
    until = clock() + timedelta(seconds=seconds)
    return (
        f"pauses for {seconds:.0f} s as the server asks, goes on at {_moment(until)} ({error})"
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".strip()


def _pass(account: Account, kit: SyncKit, tally: Tally) -> None:
    """Bring all folders up to date once."""
    if kit.stop.is_set():
        return
    desk = Desk(account, kit, tally, kit.doors.both(account))
    with desk:
        tally.total = tally.done = tally.failed = tally.folders = tally.elsewhere = 0
        desk.say("looking")
        try:
            work_through(desk, survey(desk))
        except NetError as error:
            # The next attempt asks before every message, so that no refusal is overlooked.
            tally.careful |= _torn(error, desk.new.heard.refusals)
            raise


def _torn(error: NetError, refusals: int) -> bool:
    """Tell whether new did not understand an APPEND, or hung up on too many refusals."""
    if (error.kind, error.phase) == ("garbage", "APPEND"):
        return asked(error) is None
    return error.kind == "closed" and refusals >= MOST_REFUSALS
