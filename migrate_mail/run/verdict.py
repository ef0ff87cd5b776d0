"""The words of a decision: standing of a step, reason, verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from migrate_mail.run.card import StepCard
from migrate_mail.state.records import Confirmation, Override, ResultRecord, Waiver


class Standing(StrEnum):
    """What a step is worth now: its outcome, its age and the people's word taken together."""

    PASS = "pass"
    SKIP = "skip"
    FAIL = "fail"
    UNKNOWN = "unknown"
    MISSING = "missing"
    STALE = "stale"
    BLOCKED = "blocked"
    PENDING = "pending"
    WAIVED = "waived"


class Word(StrEnum):
    """The verdict in a word, as printed."""

    GO = "GO"
    CONDITIONAL = "CONDITIONAL"
    CANNOT_TELL = "CANNOT TELL"
    NO_GO = "NO-GO"


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One step instance with what is known of it. reason: one sentence, empty when it passes.

    until: when the result stops counting; None where there is none.
    """

    card: StepCard
    standing: Standing
    reason: str
    result: ResultRecord | None = None
    confirmation: Confirmation | None = None
    waiver: Waiver | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is not GO. weight: what it does to the verdict. step None: about the whole."""

    weight: Literal["stops", "cannot-tell", "condition"]
    step: str | None
    text: str
    owner: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision as a pure function of recorded facts. holds_until: when it must be recomputed."""

    word: Word
    at: datetime
    reasons: tuple[Reason, ...]
    standings: tuple[StepStanding, ...]
    holds_until: datetime | None = None
    overrides: tuple[Override, ...] = ()
