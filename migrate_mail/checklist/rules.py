"""What the types of a checklist cannot say: ids once, needs that exist, ways back, known names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from migrate_mail.checklist.loaded import LoadedChecklist
from migrate_mail.checklist.model import Step
from migrate_mail.checklist.order import order_rules
from migrate_mail.checklist.placed import PlacedStep, placed
from migrate_mail.files.complaint import Complaint
from migrate_mail.files.templates import problems
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.finding import Phase

TEMPLATE_NAMES = ("item", "domain")
"""What `${name}` may be in a checklist: the item of `for_each`, and its domain."""

_FILLED = {"title", "do", "run", "if_fails"}
_CHANGING = {Phase.CUTOVER, Phase.CLOSE}


def checklist_rules(loaded: LoadedChecklist) -> Iterator[Complaint]:
    """Yield what is wrong in a checklist whose types are right, together with what it extends."""
    document, value = loaded.document, loaded.value
    mine = [p for p in loaded.steps if p.document is document]
    stages = [(("stages", s, "id"), stage.id) for s, stage in enumerate(value.stages)]
    yield from _once(document, "stage", stages)
    yield from _once(
        document, "step", [((*p.path, "id"), p.step.id) for p in placed(document, value)]
    )
    yield from _needs(mine, [p.step.id for p in loaded.steps])
    yield from _circles(mine, {p.step.id: p.step.needs for p in loaded.steps})
    yield from order_rules(mine, loaded.steps)
    for place in mine:
        yield from _way_back(place)
    yield from _names(document, {p.path: p.step for p in mine})


def _once(
    document: YamlDocument, noun: str, ids: Sequence[tuple[DataPath, str]]
) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for path, name in ids:
        if name in first:
            message = f"{noun} `{name}` is here for the second time; the first is in line {first[name]}"
            yield document.complaint(path, f"duplicate-{noun}", message, "give it another id")
        first.setdefault(name, document.where(path)[0])


def _needs(places: list[PlacedStep], known: list[str]) -> Iterator[Complaint]:
    for place in places:
        for index, need in enumerate(place.step.needs):
            if need not in known:
                close = difflib.get_close_matches(need, known, n=1)
                hint = (
                    f"did you mean `{close[0]}`?"
                    if close
                    else "`needs` names steps of the same file, or of what it extends"
                )
                path = (*place.path, "needs", index)
                message = f"there is no step `{need}`"
                yield place.document.complaint(path, "unknown-step", message, hint)


def _circles(places: list[PlacedStep], needs: dict[str, list[str]]) -> Iterator[Complaint]:
    """Yield each circle of needs once, at the step of it that stands first."""
    reported: set[frozenset[str]] = set()
    for place in places:
        circle = _circle(needs, place.step.id)
        if circle and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            message = f"these steps need one another: {' -> '.join(circle)}"
            yield place.document.complaint((*place.path, "needs"), "circular-needs", message)


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


def _way_back(place: PlacedStep) -> Iterator[Complaint]:
    changes = place.stage.phase in _CHANGING and place.step.check is None
    if changes and place.step.rollback is None:
        body = "manual" if place.step.manual else "run"
        message = f"step `{place.step.id}` changes the world ({body}, phase {place.stage.phase}) and has no `rollback:`"
        hint = "write rollback: {do: …, takes: 10m}, or {none: true, because: …}"
        yield place.document.complaint((*place.path, "id"), "no-rollback", message, hint)


def _names(document: YamlDocument, steps: dict[DataPath, Step]) -> Iterator[Complaint]:
    """Yield every `${name}` that nothing fills in."""
    for path, node in document.nodes.items():
        text = node.raw or ""
        known = _names_at(path, steps) if "${" in text else None
        for message, hint in problems(text, known) if known is not None else []:
            yield document.complaint(path, "unknown-name", message, hint)


def _names_at(path: DataPath, steps: dict[DataPath, Step]) -> tuple[str, ...] | None:
    """Return what may be filled in at a place; None where a `${` means nothing special."""
    if any(str(part).startswith("x-") for part in path):
        return None
    if "with" in path:
        return ()
    key = next((p for p in reversed(path) if isinstance(p, str)), "")
    step = next(
        (s for p, s in steps.items() if path[: len(p)] == p and len(path) > len(p)), None
    )
    if key not in _FILLED or step is None:
        return None
    return TEMPLATE_NAMES if step.for_each else TEMPLATE_NAMES[1:]
