"""Try once more what failed for now: a server that is busy, or hung up before we began."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net.imap_advice import slows

T = TypeVar("T")
_FOR_NOW: frozenset[NetKind] = frozenset({"busy", "closed"})


def temporary(error: BaseException) -> bool:
    """Tell whether another try may help. A wrong password is never tried twice: accounts get locked.

    Who says how long to wait, or wants fewer of us, is not asked again at once.
    """
    return isinstance(error, NetError) and error.kind in _FOR_NOW and not slows(error.text)


def patiently(act: Callable[[], T], *, wait: Callable[[float], object], tries: int = 3) -> T:
    """Return what `act` gives, after up to `tries` tries with growing pauses."""
    try:
        return act()
    except NetError as error:
        return _again(act, error, wait=wait, tries=tries)


def _again(
    act: Callable[[], T], failed: NetError, *, wait: Callable[[float], object], tries: int
) -> T:
    """Go on after a first try that failed."""
    # Here, because nearly always the first try is good, and then nobody waits for this to load.
    from tenacity import (
        Retrying,
        retry_if_exception,
        stop_after_attempt,
        wait_exponential_jitter,
    )

    before: list[NetError] = [failed]

    def attempt() -> T:
        if before:
            raise before.pop()
        return act()

    def pause(seconds: float) -> None:
        wait(seconds)

    retrying = Retrying(
        stop=stop_after_attempt(tries),
        wait=wait_exponential_jitter(multiplier=0.5, max=5, jitter=0.5),
        retry=retry_if_exception(temporary),
        sleep=pause,
        reraise=True,
    )
    return retrying(attempt)
