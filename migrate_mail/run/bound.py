"""A step that can be run: its card with the live check and its typed parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from migrate_mail.checks.base import AnyCheck
from migrate_mail.files.strict import StrictModel
from migrate_mail.run.card import PlanCard, StepCard


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """A check of the registry with its parameters, validated."""

    check: AnyCheck
    params: StrictModel


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One step instance. check: the body of a check step, or what `then:` proves.

    command: the body of a run step. Both may be there (a run step with `then:`); neither: a
    manual step that only a person can tell about.
    """

    card: StepCard
    check: BoundCheck | None
    command: tuple[str, ...] | None
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class BoundPlan:
    """Everything that the checklists want, bound to the inventory."""

    card: PlanCard
    steps: tuple[BoundStep, ...]
