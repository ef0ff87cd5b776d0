"""What a check saw: the words that all layers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

Clock = Callable[[], datetime]
"""Gives the current time, aware, in UTC. Injected everywhere, so that tests own time."""

Arg = str | int | float | bool | None | tuple[str, ...]


def utc_now() -> datetime:
    """Return the wall clock's time, aware, in UTC."""
    return datetime.now(UTC)


class Outcome(StrEnum):
    """What a look at the world gave. `unknown` is "could not look" and never counts as a pass."""

    PASS = "pass"
    SKIP = "skip"
    UNKNOWN = "unknown"
    FAIL = "fail"


class Severity(StrEnum):
    """How much a step matters to the verdict; policy, so it stands in the checklist."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


class Phase(StrEnum):
    """The five phases of a migration, in their order."""

    PREPARE = "prepare"
    PREFLIGHT = "preflight"
    CUTOVER = "cutover"
    VERIFY = "verify"
    CLOSE = "close"


_BADNESS = {Outcome.SKIP: 0, Outcome.PASS: 1, Outcome.UNKNOWN: 2, Outcome.FAIL: 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen, with where it was seen from.

    tag: stable name such as `MX_IS_CNAME`; prose is made from it and `args` by the renderers.
    subject: what it is about (`mx1.new.example [192.0.2.1]:25`, `example.org MX`).
    vantage: from where it was seen (`here`, `ns1.example.org [192.0.2.53]`, `resolver 192.0.2.1`).
    evidence: lines as they were seen on the wire, without secrets.
    fix: text to paste or do; None where nothing is to be mended. refs: `RFC 2181 section 10.3`.
    at, elapsed_ms: set by the runner (`stamped`).
    """

    tag: str
    outcome: Outcome
    subject: str
    vantage: str = "here"
    args: Mapping[str, Arg] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    fix: str | None = None
    refs: tuple[str, ...] = ()
    at: datetime | None = None
    elapsed_ms: int = 0

    def stamped(self, at: datetime, elapsed_ms: int) -> Finding:
        """Return the finding with when it was made and how long that took."""
        return replace(self, at=at, elapsed_ms=elapsed_ms)


def worst(outcomes: list[Outcome]) -> Outcome:
    """Return the worst outcome; of nothing at all, `unknown`: nobody looked."""
    return max(outcomes, key=_BADNESS.__getitem__, default=Outcome.UNKNOWN)
