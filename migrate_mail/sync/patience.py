"""How long we wait after a failure, and when we give up: as the server asks, else longer each time."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryCallState, wait_exponential_jitter

from migrate_mail.errors import NetError
from migrate_mail.net.imap_advice import Advice, slows
from migrate_mail.sync.budget import SpentError

TRIES = 6
"""Attempts without a single message copied in between before an account is given up."""
PATIENCE = 2 * 3600.0
"""Seconds of pauses that a server may ask for without a single message in between."""
SECOND_LOOKS = 2
"""Tries with a password that was right a moment ago and is refused now: as few as lock nobody out."""
_TEMPORARY = frozenset(
    {"timeout", "refused", "unreachable", "closed", "busy", "dns", "garbage"}
)


def asked(error: BaseException | None) -> Advice | None:
    """Return what the server asked for with an error; None when it asked for nothing."""
    return slows(error.text) if isinstance(error, NetError) else None


def temporary(error: BaseException) -> bool:
    """Tell whether this run may try again. A day that is used up is for a later run."""
    wish = asked(error)
    if isinstance(error, SpentError):
        return False
    if wish is not None:
        return wish.act != "later"
    return isinstance(error, NetError) and error.kind in _TEMPORARY


def doubtful(error: BaseException) -> bool:
    """Tell whether a login was refused: of one that worked a moment ago that may be a server in a restart."""
    return isinstance(error, NetError) and error.kind == "auth"


class Patience:
    """The retry policy of one account: what was waited for, as long as nothing is copied.

    copied: returns how many messages the run has copied so far.
    """

    def __init__(self, copied: Callable[[], int]) -> None:
        self._copied = copied
        self._seen = 0
        self._tries = 0
        self._paused = 0.0
        self._grow = wait_exponential_jitter(initial=1, max=60)

    def wait(self, state: RetryCallState) -> float:
        """Return how many seconds to wait: exactly as many as the server asked for, if it did."""
        wish = asked(_error(state))
        return wish.seconds if wish and wish.seconds else self._grow(state)

    def stop(self, state: RetryCallState) -> bool:
        """Tell whether it is enough. A pause that was asked for is no failure, but no life's work."""
        if self._copied() > self._seen:
            self._seen, self._tries, self._paused = self._copied(), 0, 0.0
        wish = asked(_error(state))
        if wish and wish.seconds:
            self._paused += wish.seconds
            return self._paused > PATIENCE
        self._tries += 1
        return self._tries >= TRIES


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
