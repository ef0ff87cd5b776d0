"""What a provider lets one account move in a day, and how many days that makes. PURE.

A day is a day of UTC. Gmail: https://support.google.com/a/answer/1071518, 2,500 MB down and
500 MB up by IMAP.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrate_mail.errors import NetError
from migrate_mail.files.scalars import format_size
from migrate_mail.inventory.limits import LimitSettings
from migrate_mail.state.records import MailboxSide

GMAIL = {"old": 2_500_000_000, "new": 500_000_000}
_GMAIL_SIGN = "X-GM-EXT-1"


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes that one account may move at one side in a day. whose: what to call it."""

    per_day: int
    whose: str


class SpentError(NetError):
    """The day's budget of an account is used up; `until` is when the next one begins."""

    def __init__(self, where: str, text: str, until: datetime) -> None:
        super().__init__("busy", where, "budget", text)
        self.until = until


def budget(limits: LimitSettings, able: AbstractSet[str], side: MailboxSide) -> Budget | None:
    """Return what applies: migration.yaml, else what is known of the provider; None: nothing."""
    if limits.per_day is not None:
        return Budget(limits.per_day, "migration.yaml") if limits.per_day else None
    return Budget(GMAIL[side], "Gmail") if _GMAIL_SIGN in able else None


def fits(size: int, used: int, per_day: int) -> bool:
    """Tell whether a message may still move today; one that is larger than any day's may go first."""
    return used == 0 or used + size <= per_day


def day_of(now: datetime) -> str:
    """Return the day that a moment counts for."""
    return now.astimezone(UTC).date().isoformat()


def next_day(now: datetime) -> datetime:
    """Return when the next day begins."""
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start + timedelta(days=1)


def days(octets: int, per_day: int, used: int = 0) -> float:
    """Return how many days so many bytes take, from the beginning of today. used: moved today."""
    return (octets + used) / per_day


def held(octets: int, per_day: int, used: int, now: datetime) -> float:
    """Return the seconds before which so many bytes cannot all have moved; 0 when today allows them."""
    beyond = octets - max(per_day - used, 0)
    if beyond <= 0:
        return 0.0
    whole_days = -(-beyond // per_day) - 1
    return (next_day(now) - now).total_seconds() + whole_days * 86_400


def pace(octets: int, found: Budget | None, used: int = 0) -> str:
    """Say how long so many bytes take by a budget; empty when they fit into today or none applies."""
    if found is None or octets + used <= found.per_day:
        return ""
    whose = "Gmail's" if found.whose == "Gmail" else "the"
    long = days(octets, found.per_day, used)
    return f"{long:.1f} days at {whose} {format_size(found.per_day)}/day"


def spent(where: object, found: Budget, used: int, now: datetime) -> SpentError:
    """Return the error that ends an account for today."""
    until = next_day(now)
    text = (
        f"the {format_size(found.per_day)} that {found.whose} allows a day are used up"
        f" ({used / 1e6:.1f} MB moved since 00:00 UTC)"
    )
    return SpentError(str(where), text, until)
