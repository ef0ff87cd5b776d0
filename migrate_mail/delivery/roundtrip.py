"""Follow a test message: hand it to a server, then find it in a mailbox, timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from migrate_mail.delivery.message import TestMessage
from migrate_mail.errors import NetError, SecretError
from migrate_mail.finding import Clock
from migrate_mail.net.imap import FolderInfo, ReadOnlySession
from migrate_mail.net.own_mail import PROBE_HEADER
from migrate_mail.state.records import MailboxSide

Door = Callable[[], ReadOnlySession]
_SLOWEST = 5.0
"""Seconds between two looks, at most. The first looks come faster: most mail arrives at once."""


@dataclass(frozen=True, slots=True)
class Landing:
    r"""Where a message was found. seen: side -> folder, of the last look.

    special: side -> special use of that folder, where the server tells one (`\junk`).
    looked: side -> the folders that were looked through. faults: side -> why the last look at
    it failed; a side with a fault was not looked at to the end, so nothing follows from it.
    seconds: until the first sighting, or until the search was given up.
    """

    seen: Mapping[MailboxSide, str]
    special: Mapping[MailboxSide, str | None]
    looked: Mapping[MailboxSide, tuple[str, ...]]
    faults: Mapping[MailboxSide, str]
    seconds: float

    @property
    def found_on(self) -> tuple[MailboxSide, ...] | None:
        """The sides where it was seen; None when a side could not be looked at and none had it."""
        return None if self.faults and not self.seen else tuple(sorted(self.seen))


@dataclass(slots=True)
class _Side:
    """One mailbox that is looked through again and again, over one session while it lasts."""

    door: Door
    session: ReadOnlySession | None = None
    looked: tuple[str, ...] = ()
    fault: str | None = None
    special: str | None = None

    def look(self, message: TestMessage) -> str | None:
        """Return the folder that holds the message; every folder is looked through."""
        try:
            return self._look(message)
        except (NetError, SecretError) as error:
            self.fault = str(error)
            self.close()
            return None

    def _look(self, message: TestMessage) -> str | None:
        if self.session is None:
            self.session = self.door()
        session, looked = self.session, []
        for folder in sorted(session.folders(), key=_likely_first):
            if not folder.selectable or not session.readable(folder.name):
                continue
            looked.append(folder.name)
            if _holds(session, message):
                self.fault, self.special = None, folder.special_use
                return folder.name
        self.looked, self.fault = tuple(looked), None
        return None

    def close(self) -> None:
        """End the session; the next look opens another."""
        if self.session is not None:
            self.session.close()
            self.session = None


def _likely_first(folder: FolderInfo) -> tuple[bool, bool, str]:
    return folder.name.upper() != "INBOX", folder.special_use != "\\junk", folder.name


def _holds(session: ReadOnlySession, message: TestMessage) -> bool:
    return bool(
        session.find("Message-ID", message.message_id)
        or session.find(PROBE_HEADER, message.token)
    )


@dataclass(slots=True)
class Search:
    """Looks for one message on some sides until one has it or the time is over."""

    message: TestMessage
    doors: Mapping[MailboxSide, Door]
    clock: Clock
    wait: Callable[[float], None]
    _waited: float = 0.0
    _sides: dict[MailboxSide, _Side] = field(default_factory=dict)

    def run(self, within: timedelta) -> Landing:
        """Look at once, then again and again. After the first sighting all sides are looked at."""
        self._sides = {side: _Side(door) for side, door in self.doors.items()}
        began, pause = self.clock(), 0.05
        with ExitStack() as stack:
            for side in self._sides.values():
                stack.callback(side.close)
            while True:
                seen = self._look()
                spent = max((self.clock() - began).total_seconds(), self._waited)
                left = within.total_seconds() - spent
                if seen or left <= 0:
                    return self._landing(seen, spent)
                self._pause(min(pause, left))
                pause = min(2 * pause, _SLOWEST)

    def _look(self) -> dict[MailboxSide, str]:
        found = {name: side.look(self.message) for name, side in self._sides.items()}
        if any(found.values()) and not all(found.values()):
            # A copy for the other side may have been a moment behind.
            again = {n: s.look(self.message) for n, s in self._sides.items() if not found[n]}
            found |= again
        return {name: folder for name, folder in found.items() if folder}

    def _pause(self, seconds: float) -> None:
        self.wait(seconds)
        self._waited += seconds

    def _landing(self, seen: dict[MailboxSide, str], spent: float) -> Landing:
        return Landing(
            seen=seen,
            special={name: self._sides[name].special for name in seen},
            looked={name: side.looked for name, side in self._sides.items()},
            faults={n: s.fault for n, s in self._sides.items() if s.fault},
            seconds=round(spent, 3),
        )
