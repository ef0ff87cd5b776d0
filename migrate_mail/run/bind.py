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
from migrate_mail.checks.registry import CHECKS
from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.bound import BoundCheck, BoundPlan, BoundStep
from migrate_mail.run.card import RollbackNote, StepCard
from migrate_mail.run.plan_card import plan_card

_Path = tuple[str | int, ...]


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
        for stage in one.value.stages
        for step in stage.steps
        for bound in _Binder(one, stage, step, inventory, each).instances()
    )
    return BoundPlan(plan_card(inventory, checklists, [s.card for s in steps]), steps)


def binding_complaints(checklist: LoadedChecklist) -> list[Complaint]:
    """Return what is wrong with the checks that a checklist names; needs no inventory."""
    return [
        complaint
        for s, stage in enumerate(checklist.value.stages)
        for t, step in enumerate(stage.steps)
        for complaint in _step_complaints(checklist, ("stages", s, "steps", t), step)
    ]


def _step_complaints(
    checklist: LoadedChecklist, path: _Path, step: Step
) -> Iterator[Complaint]:
    if step.check is not None:
        yield from _use_complaints(checklist, path, step.check, step.with_, step.for_each)
    if step.then is not None:
        yield from _use_complaints(
            checklist, (*path, "then"), step.then.check, step.then.with_, step.for_each
        )


def _use_complaints(
    checklist: LoadedChecklist,
    path: _Path,
    name: str,
    params: Mapping[str, Any],
    each: ForEach | None,
) -> Iterator[Complaint]:
    check = CHECKS.get(name)
    if check is None:
        close = difflib.get_close_matches(name, CHECKS, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(CHECKS)}"
        yield checklist.complaint(
            (*path, "check"), "unknown-check", f"there is no check `{name}`", hint
        )
        return
    if each is not None and each not in check.each:
        known = ", ".join(sorted(check.each)) or "no for_each at all"
        message = f"check `{name}` does not work for_each {each}; it understands {known}"
        yield checklist.complaint((*path[:4], "for_each"), "wrong-for-each", message, None)
    try:
        check.params.model_validate(dict(params))
    except ValidationError as error:
        yield from checklist.complaints_of(error, check.params, (*path, "with"))


def _double_ids(checklists: Sequence[LoadedChecklist]) -> list[Complaint]:
    seen: dict[str, str] = {}
    complaints = []
    for one in checklists:
        mine = {
            step.id: (s, t)
            for s, stage in enumerate(one.value.stages)
            for t, step in enumerate(stage.steps)
        }
        for step_id, (s, t) in mine.items():
            if step_id in seen:
                message = f"step `{step_id}` is also in {seen[step_id]}; an id names one step of a migration"
                complaints.append(
                    one.complaint(
                        ("stages", s, "steps", t, "id"), "duplicate-step", message, None
                    )
                )
        seen |= dict.fromkeys(mine, one.label)
    return complaints


def _each_by_id(checklists: Sequence[LoadedChecklist]) -> dict[str, ForEach | None]:
    return {
        step.id: step.for_each
        for one in checklists
        for stage in one.value.stages
        for step in stage.steps
    }


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

    checklist: LoadedChecklist
    stage: Stage
    step: Step
    inventory: Inventory
    each: Mapping[str, ForEach | None] = field(repr=False)

    def instances(self) -> Iterator[BoundStep]:
        for item in items_of(self.inventory, self.step.for_each):
            yield self._bind(item)

    def _bind(self, item: str | None) -> BoundStep:
        defaults = self.checklist.value.defaults
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
        step, defaults = self.step, self.checklist.value.defaults
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
