"""From what the admin wrote to steps that can run: instances, checks, typed parameters."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pydantic import ValidationError

from migrate_mail.checklist.load import LoadedChecklist
from migrate_mail.checklist.model import ForEach, Stage, Step
from migrate_mail.checklist.placed import PlacedStep
from migrate_mail.checks.registry import CHECKS
from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.validation import complaints_of
from migrate_mail.files.yaml_document import DataPath
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.bound import BoundCheck, BoundPlan, BoundStep
from migrate_mail.run.card import RollbackNote, StepCard
from migrate_mail.run.plan_card import plan_card


def bind(checklists: Sequence[LoadedChecklist], inventory: Inventory) -> BoundPlan:
    """Return every step instance of the checklists, ready to run.

    Raise InvalidFiles with every complaint at once: unknown checks, wrong parameters, a
    `for_each` that the check does not understand, step ids used twice across files.
    """
    complaints = [c for one in checklists for c in binding_complaints(one)]
    complaints += _double_ids(checklists)
    if complaints:
        raise InvalidFiles(complaints)
    each = _each_by_id(checklists)
    steps = tuple(
        bound
        for one in checklists
        for place in one.steps
        for bound in _Binder(place, inventory, each).instances()
    )
    return BoundPlan(plan_card(inventory, checklists, [s.card for s in steps]), steps)


def binding_complaints(checklist: LoadedChecklist) -> list[Complaint]:
    """Return what is wrong with the checks that a checklist names; needs no inventory."""
    return [
        complaint
        for place in checklist.steps
        if place.document
        is checklist.document  # what it extends was complained about by itself
        for complaint in _step_complaints(place)
    ]


def _step_complaints(place: PlacedStep) -> Iterator[Complaint]:
    step = place.step
    if step.check is not None:
        yield from _use_complaints(place, place.path, step.check, step.with_)
    if step.then is not None:
        yield from _use_complaints(
            place, (*place.path, "then"), step.then.check, step.then.with_
        )


def _use_complaints(
    place: PlacedStep, path: DataPath, name: str, params: Mapping[str, Any]
) -> Iterator[Complaint]:
    document, each = place.document, place.step.for_each
    check = CHECKS.get(name)
    if check is None:
        close = difflib.get_close_matches(name, CHECKS, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(CHECKS)}"
        yield document.complaint(
            (*path, "check"), "unknown-check", f"there is no check `{name}`", hint
        )
        return
    if each is not None and each not in check.each:
        known = ", ".join(sorted(check.each)) or "no for_each at all"
        message = f"check `{name}` does not work for_each {each}; it understands {known}"
        yield document.complaint((*place.path, "for_each"), "wrong-for-each", message)
    try:
        check.params.model_validate(dict(params))
    except ValidationError as error:
        yield from complaints_of(document, error, check.params, (*path, "with"))


def _double_ids(checklists: Sequence[LoadedChecklist]) -> list[Complaint]:
    seen: dict[str, str] = {}
    complaints = []
    for one in checklists:
        for place in one.steps:
            name = place.step.id
            if name in seen:
                message = f"step `{name}` is also in {seen[name]}; an id names one step of a migration"
                complaints.append(
                    place.document.complaint((*place.path, "id"), "duplicate-step", message)
                )
        seen |= {place.step.id: place.document.label for place in one.steps}
    return complaints


def _each_by_id(checklists: Sequence[LoadedChecklist]) -> dict[str, ForEach | None]:
    return {place.step.id: place.step.for_each for one in checklists for place in one.steps}


def items_of(inventory: Inventory, each: ForEach | None) -> list[str | None]:
    """Return what `for_each` stands for; of no for_each, one instance without item."""
    match each:
        case None:
            return [None]
        case "domains":
            return list(inventory.spec.domains)
        case "accounts":
            return [a.address for a in inventory.accounts]
        case "addresses":
            return [a.address for a in inventory.addresses]
        case "mx_hosts":
            return [mx.host for mx in inventory.spec.systems.new.mx]


@dataclass(frozen=True, slots=True)
class _Binder:
    """Makes the instances of one step."""

    place: PlacedStep
    inventory: Inventory
    each: Mapping[str, ForEach | None] = field(repr=False)

    @property
    def step(self) -> Step:
        return self.place.step

    @property
    def stage(self) -> Stage:
        return self.place.stage

    def instances(self) -> Iterator[BoundStep]:
        for item in items_of(self.inventory, self.step.for_each):
            yield self._bind(item)

    def _bind(self, item: str | None) -> BoundStep:
        defaults = self.place.defaults
        command = (
            tuple(self._fill(word, item) for word in self.step.run) if self.step.run else None
        )
        return BoundStep(
            card=self._card(item),
            check=self._check(),
            command=command,
            timeout=self.step.timeout or defaults.timeout,
        )

    def _check(self) -> BoundCheck | None:
        use = self.step.then
        name = self.step.check or (use.check if use else None)
        if name is None:
            return None
        params = self.step.with_ if self.step.check else (use.with_ if use else {})
        check = CHECKS[name]
        return BoundCheck(check, check.params.model_validate(params))

    def _card(self, item: str | None) -> StepCard:
        step, defaults = self.step, self.place.defaults
        return StepCard(
            key=_key(step.id, item),
            id=step.id,
            item=item,
            title=self._title(item),
            why=step.why,
            phase=self.stage.phase,
            stage=self.stage.title or self.stage.id,
            body=_body(step),
            instruction=self._fill(step.manual.do, item) if step.manual else "",
            proved=step.manual is not None and step.then is not None,
            severity=step.severity or defaults.severity,
            waivable=step.waivable,
            owner=step.owner or self.stage.owner or defaults.owner,
            valid_for=step.valid_for or defaults.valid_for,
            due=self._due(),
            needs=tuple(self._needs(item)),
            rollback=self._rollback(item),
            digest=self._digest(item),
            if_fails=self._fill(step.if_fails, item) if step.if_fails else "",
            source=step.source or "",
            check=step.check or (step.then.check if step.then else ""),
        )

    def _title(self, item: str | None) -> str:
        title = self._fill(self.step.title or self.step.id.replace("-", " "), item)
        return f"{title} ({item})" if item and item not in title else title

    def _due(self) -> Any:
        offset = self.step.at if self.step.at is not None else self.stage.at
        planned = self.inventory.spec.cutover.at
        return planned + offset if planned is not None and offset is not None else None

    def _needs(self, item: str | None) -> Iterator[str]:
        for step_id in self.step.needs:
            same = self.each[step_id] == self.step.for_each
            items = [item] if same else items_of(self.inventory, self.each[step_id])
            yield from (_key(step_id, i) for i in items)

    def _rollback(self, item: str | None) -> RollbackNote | None:
        back = self.step.rollback
        if back is None:
            return None
        return RollbackNote(
            self._fill(back.do, item) if back.do else None, back.takes, back.because
        )

    def _fill(self, text: str, item: str | None) -> str:
        domain = (item or self.inventory.spec.domains[0]).rpartition("@")[2]
        return text.replace("${item}", item or "").replace("${domain}", domain)

    def _digest(self, item: str | None) -> str:
        """Name what a result was made with: the step and, for a check, the inventory."""
        words = self.step.model_dump(
            mode="json",
            by_alias=True,
            exclude={
                "title",
                "why",
                "if_fails",
                "source",
                "owner",
                "at",
                "severity",
                "waivable",
                "valid_for",
                "timeout",
                "rollback",
                "needs",
            },
        )
        looked = self.inventory.fingerprint if self.step.manual is None else ""
        text = json.dumps([words, item, looked], sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _body(step: Step) -> Literal["check", "manual", "run"]:
    if step.check is not None:
        return "check"
    return "manual" if step.manual is not None else "run"


def _key(step_id: str, item: str | None) -> str:
    return f"{step_id}[{item}]" if item is not None else step_id


def _plain(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else str(value)
