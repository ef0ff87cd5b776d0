"""What an IMAP server's words ask us to do: wait, come back later, open fewer connections, get a token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from migrate_mail.errors import NetKind

Act = Literal["pause", "later", "fewer", "queue", "token", "again", "full"]
"""pause: for so many seconds. later: what a day may hold is used up. fewer: connections to this
host. queue: all of ours are in use. token: log in again with a new one. again: another try may
help. full: the mailbox takes no more, which only its admin can change."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do. seconds: how long to wait; 0: as long as after any failure."""

    act: Act
    seconds: float = 0


@dataclass(slots=True)
class Heard:
    """What a server let fall in one session, whatever was asked.

    greeting: its first words. notice: the last that ask us to slow down, also with an OK.
    refusals: how many commands ended with NO or BAD. commands: how many were asked.
    """

    greeting: str = ""
    notice: str = ""
    refusals: int = 0
    commands: int = 0


_HOUR = 3600.0
_MINUTE = 60.0
_BACKOFF = re.compile(r"Suggested Backoff Time: (\d{1,9}) milliseconds", re.IGNORECASE)
_TABLE: tuple[tuple[re.Pattern[str], Advice], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        # Gmail says OVERQUOTA of bandwidth too: the mailbox is not full, the day is used up.
        (r"exceeded command or bandwidth limits", Advice("later", _HOUR)),
        (r"exceeded .{0,20}bandwidth limit", Advice("later", _HOUR)),
        (r"too many simultaneous connections", Advice("fewer", 10)),
        (r"maximum number of connections", Advice("fewer", 10)),
        (r"of our connections to it were in use", Advice("queue", 1)),
        (r"AccessTokenExpired|session (has )?expired|session invalidated", Advice("token")),
        (r"\[THROTTLED\b|request is throttled", Advice("pause", _MINUTE)),
        (r"\[OVERQUOTA\b", Advice("full")),
        # RFC 5530 section 3.
        (r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\b", Advice("again")),
    )
)
"""The most telling words first. Exchange, Gmail, Dovecot and RFC 5530; seen in their replies."""


def advice(words: str) -> Advice | None:
    """Return what a server's words ask for; None when they are about one message or folder alone."""
    found = _BACKOFF.search(words)
    if found is not None:
        return Advice("pause", max(1.0, int(found[1]) / 1000))
    return next((asked for pattern, asked in _TABLE if pattern.search(words)), None)


def slows(words: str) -> Advice | None:
    """Return what words ask for that are meant for the account, whatever was being done."""
    asked = advice(words)
    return None if asked is None or asked.act in {"again", "full"} else asked


def kind_of(words: str) -> NetKind:
    """Return the kind of a refusal: `busy` for one that is meant for the account, else `denied`."""
    return "denied" if slows(words) is None else "busy"
