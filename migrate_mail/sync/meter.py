"""What one account moves at either side: held to rates and budgets, and entered in the state file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.inventory.limits import LimitSettings
from migrate_mail.inventory.model import Systems
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.state.records import MailboxSide
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.budget import Budget, SpentError, budget, day_of, fits, held, spent
from migrate_mail.sync.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Throttles:
    """The throttle of each side's host; None where it may go as fast as it can."""

    old: Throttle | None = None
    new: Throttle | None = None


OPEN = Throttles()


def throttles_for(
    systems: Systems,
    most: int | None,
    *,
    now: Callable[[], float],
    wait: Callable[[float], object],
) -> Throttles:
    """Return the throttles that migration.yaml asks for. most: bytes a second, if that is less."""

    def one(limits: LimitSettings) -> Throttle | None:
        rate = min((r for r in (limits.rate, most) if r), default=None)
        if not rate and not limits.messages:
            return None
        return Throttle(rate, limits.messages, now=now, wait=wait)

    return Throttles(one(systems.old.imap.limits), one(systems.new.imap.limits))


@dataclass(slots=True)
class _Side:
    """One side of an account. used: bytes moved today, as far as entered."""

    name: MailboxSide
    session: ReadOnlySession
    throttle: Throttle | None
    budget: Budget | None
    used: int
    commands: int = 0


class Meter:
    """Counts what an account moves; costs next to nothing where nothing is limited."""

    def __init__(
        self,
        account: str,
        sessions: tuple[ReadOnlySession, ReadOnlySession],
        settings: tuple[LimitSettings, LimitSettings],
        kit: tuple[SyncJournal, Throttles, Callable[[], datetime]],
    ) -> None:
        self._account = account
        self._journal, throttles, self._clock = kit
        self._day = day_of(self._clock())
        used = self._journal.used(account, self._day)
        names: tuple[MailboxSide, MailboxSide] = ("old", "new")
        self._sides = [
            _Side(
                name,
                session,
                throttle,
                budget(limits, session.capabilities, name),
                used.get(name, 0),
            )
            for name, session, throttle, limits in zip(
                names, sessions, (throttles.old, throttles.new), settings, strict=True
            )
        ]
        self._moved = 0
        self._throttles = [s.throttle for s in self._sides if s.throttle]
        self._budgets = [s for s in self._sides if s.budget]

    def spent(self, size: int) -> SpentError | None:
        """Return why a message of this size may not move today; None: it may."""
        for side in self._budgets:
            assert side.budget is not None
            if not fits(size, side.used + self._moved, side.budget.per_day):
                if self._new_day():
                    return self.spent(size)
                used = side.used + self._moved
                return spent(side.session.endpoint, side.budget, used, self._clock())
        return None

    def held(self, octets: int) -> float:
        """Return the seconds that the budgets make so many more bytes take at least."""
        return max(
            (
                held(octets, side.budget.per_day, side.used + self._moved, self._clock())
                for side in self._budgets
                if side.budget is not None
            ),
            default=0.0,
        )

    def _new_day(self) -> bool:
        """Begin to count anew when midnight has passed since we counted last; whether so."""
        today = day_of(self._clock())
        if today == self._day:
            return False
        self.enter()
        self._day = today
        for side in self._sides:
            side.used = 0
        return True

    def message(self) -> None:
        """Account for a message that is about to move; wait where they come too fast."""
        for throttle in self._throttles:
            throttle.message()

    def octets(self, count: int) -> None:
        """Account for bytes of a message that moved from old to new."""
        self._moved += count
        for throttle in self._throttles:
            throttle.octets(count)

    def enter(self) -> None:
        """Enter in the state file what has moved since the last time."""
        moved, self._moved = self._moved, 0
        rows = []
        for side in self._sides:
            commands = side.session.heard.commands
            if moved or commands > side.commands:
                rows.append((side.name, moved, commands - side.commands))
            side.used, side.commands = side.used + moved, commands
        if rows:
            self._journal.use(self._account, self._day, rows)

    def renew(self, name: MailboxSide, session: ReadOnlySession) -> None:
        """Go on with another session at one side."""
        self.enter()
        for side in self._sides:
            if side.name == name:
                side.session, side.commands = session, 0
