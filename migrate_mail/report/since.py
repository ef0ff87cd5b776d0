"""What got better and what got worse since an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from migrate_mail.errors import UserError
from migrate_mail.report.model import ChangeLine, Since, StageSection, StepLine
from migrate_mail.report.words import SAID
from migrate_mail.state.store import Store

LAST = "last"
"""The decision before the latest one."""
_RANK = {
    "pass": 0, "skip": 0, "waived": 1, "pending": 2, "blocked": 2, "missing": 2, "stale": 2,
    "unknown": 3, "fail": 4,
}  # fmt: skip
_NEW, _GONE = "new in the plan", "not in the plan"


def since(store: Store, run: str, stages: Sequence[StageSection]) -> Since:
    """Compare how steps stand now with the decision of a run (its number, or `last`).

    A run that decided nothing, such as a sync, stands for the decision before it. Raise UserError
    when there is none.
    """
    number, data = _decision(store, run)
    told = next(r for r in store.runs() if r.id == number)
    before = {one["step"]: one for one in data["steps"]}
    phases = {one["phase"] for one in data["steps"]}
    now = {s.key: s for stage in stages if stage.phase in phases for s in stage.steps}
    changes = list(_changes(before, now))
    return Since(
        run=number,
        command=told.command,
        at=datetime.fromisoformat(data["at"]),
        verdict=data["verdict"],
        better=tuple(line for way, line in changes if way < 0),
        worse=tuple(line for way, line in changes if way > 0),
        other=tuple(line for way, line in changes if way == 0),
    )


def _decision(store: Store, run: str) -> tuple[int, dict[str, Any]]:
    decided = store.verdicts()
    if run == LAST:
        found = decided[:-1]
    elif run.isdecimal() and int(run) in {r.id for r in store.runs()}:
        found = [(number, data) for number, data in decided if number <= int(run)]
    else:
        found = []
    if not found:
        known = ", ".join(str(number) for number, _ in decided[-8:])
        hint = f"runs that decided: {known}" if known else "no run has decided anything yet"
        raise UserError(f"--since {run}: there is no decision to compare with", hint=hint)
    return found[-1]


def _changes(
    before: Mapping[str, Mapping[str, Any]], now: Mapping[str, StepLine]
) -> Iterator[tuple[int, ChangeLine]]:
    """Give each step that stands differently: below zero is better, above is worse."""
    for key, step in now.items():
        was = before.get(key)
        if was is None:
            yield 0, ChangeLine(key, step.title, _NEW, step.said, step.reason)
        elif was["standing"] != step.standing:
            way = _RANK[step.standing] - _RANK[was["standing"]]
            yield (
                way,
                ChangeLine(key, step.title, SAID[was["standing"]], step.said, step.reason),
            )
    for key, was in before.items():
        if key not in now:
            yield 0, ChangeLine(key, was["title"], SAID[was["standing"]], _GONE, "")
