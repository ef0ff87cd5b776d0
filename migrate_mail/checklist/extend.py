"""One checklist on top of another: steps removed and changed by id, stages and steps added. PURE."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from migrate_mail.checklist.model import BODIES, ChecklistFile, Stage, Step, StepChange
from migrate_mail.checklist.placed import Departure, PlacedStep, placed
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.validation import complaints_of
from migrate_mail.files.yaml_document import DataPath, YamlDocument

_OF_A_BODY = {*BODIES, "with", "then"}


@dataclass(slots=True)
class Extended:
    """What came of it. complaints: about the file that extends."""

    steps: list[PlacedStep]
    departures: list[Departure] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


def extend(
    document: YamlDocument, value: ChecklistFile, base: Sequence[PlacedStep]
) -> Extended:
    """Return the steps of a file together with those of the checklist that it extends."""
    done = Extended(list(base))
    _each_once(document, value, done)
    for index, change in enumerate(value.change):
        _change(document, ("change", index), change, done)
    for index, removal in enumerate(value.remove):
        _remove(document, ("remove", index), removal.id, removal.because, done)
    for one in placed(document, value):
        _add(one, base, done)
    return done


def _each_once(document: YamlDocument, value: ChecklistFile, done: Extended) -> None:
    first: dict[str, int] = {}
    named = [("change", i, c.id) for i, c in enumerate(value.change)]
    named += [("remove", i, r.id) for i, r in enumerate(value.remove)]
    for key, index, name in named:
        path = (key, index, "id")
        if name in first:
            message = f"`{name}` is changed or removed for the second time; the first is in line {first[name]}"
            done.complaints.append(document.complaint(path, "duplicate-step", message))
        first.setdefault(name, document.where(path)[0])


def _change(document: YamlDocument, path: DataPath, change: StepChange, done: Extended) -> None:
    where = _index(document, path, change.id, done)
    if where is None:
        return
    before = done.steps[where]
    try:
        step = Step.model_validate(_merged(before.step, change))
    except ValidationError as error:
        done.complaints += complaints_of(document, error, Step, path)
        return
    done.steps[where] = replace(before, step=step, document=document, path=path)
    done.departures.append(Departure(change.id, "changed", change.because, document.label))


def _merged(before: Step, change: StepChange) -> dict[str, Any]:
    """Return a step with what is different: a new body takes the place of all of the old one."""
    old = before.model_dump(by_alias=True, exclude_unset=True)
    new = change.model_dump(by_alias=True, exclude_unset=True, exclude={"because"})
    if any(body in new for body in BODIES):
        old = {key: value for key, value in old.items() if key not in _OF_A_BODY}
    elif "with" in new:
        new["with"] = {**old.get("with", {}), **new["with"]}
    return {**old, **new}


def _remove(
    document: YamlDocument, path: DataPath, name: str, because: str, done: Extended
) -> None:
    where = _index(document, path, name, done)
    if where is None:
        return
    del done.steps[where]
    done.departures.append(Departure(name, "removed", because, document.label))
    for other in done.steps:
        if name in other.step.needs:
            message = f"step `{other.step.id}` needs `{name}`, and would never run without it"
            hint = f"remove `{other.step.id}` too, or change its `needs`"
            done.complaints.append(
                document.complaint((*path, "id"), "needed-step", message, hint)
            )


def _index(document: YamlDocument, path: DataPath, name: str, done: Extended) -> int | None:
    """Return where the step stands; None, with a complaint, when there is none of this name."""
    known = [one.step.id for one in done.steps]
    if name in known:
        return known.index(name)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else None
    message = f"the checklist that is extended has no step `{name}`"
    done.complaints.append(document.complaint((*path, "id"), "unknown-step", message, hint))
    return None


def _add(one: PlacedStep, base: Sequence[PlacedStep], done: Extended) -> None:
    """Put a step behind those of its stage, or at the end of its phase."""
    if one.step.id in [other.step.id for other in base]:
        message = f"the checklist that is extended has a step `{one.step.id}` already"
        hint = "give it another id, or write what is different under `change:`"
        path = (*one.path, "id")
        done.complaints.append(one.document.complaint(path, "duplicate-step", message, hint))
        return
    theirs = next((b.stage for b in base if b.stage.id == one.stage.id), None)
    if theirs is not None and theirs.phase is not one.stage.phase:
        message = (
            f"stage `{theirs.id}` is in phase {theirs.phase} of the checklist that is extended"
        )
        path = (*one.path[:2], "phase")
        done.complaints.append(one.document.complaint(path, "wrong-phase", message))
    stage = _stage(one.stage, theirs)
    last = max(_behind(done.steps, stage), default=len(done.steps) - 1)
    done.steps.insert(last + 1, replace(one, stage=stage))


def _stage(mine: Stage, theirs: Stage | None) -> Stage:
    """Return the stage of an added step: what it does not say is as in the stage that it joins."""
    if theirs is None or theirs.phase is not mine.phase:
        return mine
    inherited = {
        key: getattr(theirs, key) for key in ("title", "at") if getattr(mine, key) is None
    }
    return mine.model_copy(update=inherited)


def _behind(steps: Sequence[PlacedStep], stage: Stage) -> Iterator[int]:
    return (i for i, one in enumerate(steps) if one.stage.id == stage.id)
