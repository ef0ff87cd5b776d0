"""What can never be in time: steps that need a later phase, and deadlines that contradict each other. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from migrate_mail.checklist.placed import PlacedStep
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.scalars import format_offset
from migrate_mail.files.yaml_document import DataPath
from migrate_mail.finding import Phase

_ORDER = list(Phase)
_BEFORE = {Phase.PREPARE, Phase.PREFLIGHT}
_AFTER = {Phase.VERIFY, Phase.CLOSE}


def order_rules(mine: Sequence[PlacedStep], every: Sequence[PlacedStep]) -> Iterator[Complaint]:
    """Yield what is out of order in the steps of one file. every: these, and those of what it extends."""
    by_id = {one.step.id: one for one in every}
    for place in mine:
        yield from _deadline_in_phase(place)
        for index, need in enumerate(place.step.needs):
            other = by_id.get(need)
            if other is not None:
                yield from _need(place, other, (*place.path, "needs", index))


def deadline(place: PlacedStep) -> timedelta | None:
    """Return when a step is due, counted from the planned cutover; None when it does not say."""
    return place.step.at if place.step.at is not None else place.stage.at


def _need(place: PlacedStep, other: PlacedStep, path: DataPath) -> Iterator[Complaint]:
    phase, later = place.stage.phase, other.stage.phase
    if _ORDER.index(later) > _ORDER.index(phase):
        message = (
            f"`{other.step.id}` comes in phase {later}, after {phase}: "
            f"`{place.step.id}` could never be done, nor what waits for it"
        )
        hint = "move one of the two to another phase, or take the need out"
        yield place.document.complaint(path, "needs-later-phase", message, hint)
        return
    mine, theirs = deadline(place), deadline(other)
    if mine is not None and theirs is not None and theirs > mine:
        message = (
            f"`{place.step.id}` is due at {format_offset(mine)}, "
            f"before `{other.step.id}`, which it needs, at {format_offset(theirs)}"
        )
        yield place.document.complaint(path, "deadline-order", message, "change one `at:`")


def _deadline_in_phase(place: PlacedStep) -> Iterator[Complaint]:
    phase, due = place.stage.phase, deadline(place)
    if due is None:
        return
    late = due > timedelta() and phase in _BEFORE
    early = due < timedelta() and phase in _AFTER
    if late or early:
        own = place.step.at is not None or place.path[0] != "stages"
        path = (*place.path, "at") if own else (*place.path[:2], "at")
        side = "after" if late else "before"
        message = f"`{place.step.id}` is due at {format_offset(due)}, {side} the switch, and its phase is {phase}"
        hint = f"phase {phase} is {'before' if late else 'after'} the switch"
        yield place.document.complaint(path, "deadline-phase", message, hint)
