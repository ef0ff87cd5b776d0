"""The sync of one account: every folder in turn, again from where it was when a line breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_when_event_set

from migrate_mail.errors import NetError, SecretError, UserError
from migrate_mail.finding import Clock
from migrate_mail.inventory.model import Account
from migrate_mail.state.records import MailboxSide
from migrate_mail.sync.budget import SpentError
from migrate_mail.sync.desk import MOST_REFUSALS, Desk, SyncKit, Tally, book
from migrate_mail.sync.folder_work import work_through
from migrate_mail.sync.patience import SECOND_LOOKS, Patience, asked, doubtful, temporary
from migrate_mail.sync.phase import SyncPhase
from migrate_mail.sync.progress import AccountOutcome, Ending
from migrate_mail.sync.remembered import asked_ahead
from migrate_mail.sync.work import FolderWork, survey

_CONTINUE = "run the same command then; it goes on where it was"
_RESTLESS = "old still changes: stop deliveries and logins there (make it read-only), and run this again"
_TORN = "what was found and what became of it do not add up (migrate-mail ledger); run it again"
MOST_FINAL_PASSES = 3


def sync_account(account: Account, kit: SyncKit) -> AccountOutcome:
    """Bring one account's mail to new. What goes wrong with it is in the outcome, not raised."""
    tally = Tally(book(account, kit), kit.course.of(account.domain).value)
    kit.watch(tally.progress("connecting"))
    try:
        still = _until_still(account, kit, tally)
    except (NetError, SecretError) as error:
        return _broken_off(kit, tally, error)
    except UserError as error:
        return _end(kit, tally, "refused", error.told)
    if kit.stop.is_set():
        return _end(kit, tally, "stopped")
    if not still:
        return _end(kit, tally, "incomplete", _RESTLESS)
    if tally.torn:
        return _end(kit, tally, "incomplete", f"{_TORN}: {', '.join(tally.torn)}")
    return _end(kit, tally, "incomplete" if tally.failed else "done")


def bar(account: Account, kit: SyncKit, reason: str) -> AccountOutcome:
    """Enter an account as failed without trying it: who was just refused must not be locked out."""
    tally = Tally(book(account, kit), kit.course.of(account.domain).value)
    return _end(kit, tally, "failed", reason)


def _until_still(account: Account, kit: SyncKit, tally: Tally) -> bool:
    """Pass over the account; in the final phase until a pass finds nothing to do. False: old never rests."""
    final = kit.course.of(account.domain) is SyncPhase.FINAL
    for _ in range(MOST_FINAL_PASSES if final else 1):
        before = (tally.copied, tally.flagged)
        _retrying(account, kit, tally)(_pass, account, kit, tally)
        if (
            tally.torn
        ):  # mail came or went while we looked: what does not add up is looked at again
            _retrying(account, kit, tally)(_pass, account, kit, tally)
        if kit.stop.is_set() or (tally.copied, tally.flagged) == before:
            return True
    return not final


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
        gone=tally.gone,
        removed=tally.removed,
        removals=tuple(tally.removals),
        until=until.isoformat(timespec="seconds") if until else "",
        phase=tally.phase,
        vanished=tuple(tally.vanished),
    )


def _retrying(account: Account, kit: SyncKit, tally: Tally) -> Retrying:
    """Return the policy: back off and go on, as long as the attempts get somewhere."""
    patience = Patience(lambda: tally.copied)

    def again(error: BaseException) -> bool:
        if not doubtful(error) or tally.doubts is None:
            return temporary(error)
        tally.doubts += 1
        return tally.doubts <= SECOND_LOOKS

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
        retry=retry_if_exception(again),
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
    back = kit.course.of(account.domain) is SyncPhase.BACK
    # What went wrong may have been the haste: only a first login asks more than that.
    hasty = tally.doubts is None and not back
    ahead = asked_ahead(kit.journal, tally.account) if hasty else (None, None)
    desk = Desk(account, kit, tally, kit.doors.both(account, back=back, ahead=ahead))
    tally.doubts, tally.meter = 0, desk.meter
    with desk:
        able: dict[MailboxSide, frozenset[str]]
        able = {"old": desk.old.capabilities, "new": desk.new.capabilities}
        kit.journal.remember_abilities(tally.account, able)
        tally.total = tally.done = tally.failed = tally.folders = 0
        tally.elsewhere = tally.gone = 0
        desk.say("looking")
        try:
            works = survey(desk)
            work_through(desk, works)
            _tidy(desk, works)
        except NetError as error:
            # The next attempt asks before every message, so that no refusal is overlooked.
            tally.careful |= _torn(error, desk.new.heard.refusals)
            raise


def _tidy(desk: Desk, works: Sequence[FolderWork]) -> None:
    """Remove copies whose originals are gone, if asked to, when everything else is at new."""
    most = desk.kit.course.most_removed
    if most is None or desk.stopped or desk.phase is not SyncPhase.STAGE:
        return
    from migrate_mail.sync.removal import remove

    remove(desk, works, most)


def _torn(error: NetError, refusals: int) -> bool:
    """Tell whether new did not understand an APPEND, or hung up on too many refusals."""
    if (error.kind, error.phase) == ("garbage", "APPEND"):
        return asked(error) is None
    return error.kind == "closed" and refusals >= MOST_REFUSALS
