"""What the types of a checklist cannot say: ids once, needs that exist, ways back, known names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate_mail.checklist.model import ChecklistFile, Stage, Step
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.templates import problems
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.finding import Phase

TEMPLATE_NAMES = ("item", "domain")
"""What `${name}` may be in a checklist: the item of `for_each`, and its domain."""

_FILLED = {"title", "do", "run"}
_INSIDE_STEP = 5
_CHANGING = {Phase.CUTOVER, Phase.CLOSE}


@dataclass(frozen=True, slots=True)
class _Place:
    """A step with its stage and where it stands."""

    path: DataPath
    stage: Stage
    step: Step


def checklist_rules(document: YamlDocument, value: ChecklistFile) -> Iterator[Complaint]:
    """Yield what is wrong in a checklist whose types are right."""
    places = _places(value)
    stages = [(("stages", s, "id"), stage.id) for s, stage in enumerate(value.stages)]
    yield from _once(document, "stage", stages)
    yield from _once(document, "step", [((*p.path, "id"), p.step.id) for p in places])
    yield from _needs(document, places)
    yield from _circles(document, places)
    for place in places:
        yield from _way_back(document, place)
    yield from _names(document, value)


def _places(value: ChecklistFile) -> list[_Place]:
    return [
        _Place(("stages", s, "steps", t), stage, step)
        for s, stage in enumerate(value.stages)
        for t, step in enumerate(stage.steps)
    ]


def _once(
    document: YamlDocument, noun: str, ids: Sequence[tuple[DataPath, str]]
) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for path, name in ids:
        if name in first:
            message = f"{noun} `{name}` is here for the second time; the first is in line {first[name]}"
            yield document.complaint(path, f"duplicate-{noun}", message, "give it another id")
        first.setdefault(name, document.where(path)[0])


def _needs(document: YamlDocument, places: list[_Place]) -> Iterator[Complaint]:
    known = [p.step.id for p in places]
    for place in places:
        for index, need in enumerate(place.step.needs):
            if need not in known:
                close = difflib.get_close_matches(need, known, n=1)
                hint = (
                    f"did you mean `{close[0]}`?"
                    if close
                    else "`needs` names steps of the same file"
                )
                path = (*place.path, "needs", index)
                yield document.complaint(
                    path, "unknown-step", f"there is no step `{need}`", hint
                )


def _circles(document: YamlDocument, places: list[_Place]) -> Iterator[Complaint]:
    """Yield each circle of needs once, at the step of it that stands first."""
    needs = {p.step.id: p.step.needs for p in places}
    reported: set[frozenset[str]] = set()
    for place in places:
        circle = _circle(needs, place.step.id)
        if circle and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            message = f"these steps need one another: {' -> '.join(circle)}"
            yield document.complaint((*place.path, "needs"), "circular-needs", message)


def _circle(needs: dict[str, list[str]], start: str) -> list[str]:
    """Return the shortest way over needs from a step back to itself; empty when there is none."""
    ways, seen = [[start]], {start}
    for way in ways:
        for need in needs.get(way[-1], []):
            if need == start:
                return [*way, start]
            if need not in seen:
                seen.add(need)
                ways.append([*way, need])
    return []


def _way_back(document: YamlDocument, place: _Place) -> Iterator[Complaint]:
    changes = place.stage.phase in _CHANGING and place.step.check is None
    if changes and place.step.rollback is None:
        body = "manual" if place.step.manual else "run"
        message = f"step `{place.step.id}` changes the world ({body}, phase {place.stage.phase}) and has no `rollback:`"
        hint = "write rollback: {do: …, takes: 10m}, or {none: true, because: …}"
        yield document.complaint((*place.path, "id"), "no-rollback", message, hint)


def _names(document: YamlDocument, value: ChecklistFile) -> Iterator[Complaint]:
    """Yield every `${name}` that nothing fills in."""
    for path, node in document.nodes.items():
        text = node.raw or ""
        known = _names_at(path, value) if "${" in text else None
        for message, hint in problems(text, known) if known is not None else []:
            yield document.complaint(path, "unknown-name", message, hint)


def _names_at(path: DataPath, value: ChecklistFile) -> tuple[str, ...] | None:
    """Return what may be filled in at a place; None where a `${` means nothing special."""
    if any(str(part).startswith("x-") for part in path):
        return None
    if "with" in path:
        return ()
    key = next((p for p in reversed(path) if isinstance(p, str)), "")
    if key not in _FILLED or len(path) < _INSIDE_STEP:
        return None
    stage, step = path[1], path[3]
    assert isinstance(stage, int)  # ("stages", 0, "steps", 0, ...), as the model has accepted
    assert isinstance(step, int)
    each = value.stages[stage].steps[step].for_each
    return TEMPLATE_NAMES if each else TEMPLATE_NAMES[1:]
