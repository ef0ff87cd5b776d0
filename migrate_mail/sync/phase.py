"""In which phase a sync is: what it may do to new, and that it never undoes what people did. PURE.

stage: before the switch new follows old. final: the last delta, old made read-only. drain: after
the switch what still arrives at old is added to new, and nothing else. back: what arrived at new
since the switch is added to old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from migrate_mail.errors import UserError

if TYPE_CHECKING:
    from migrate_mail.state.records import DnsChangeRecord
    from migrate_mail.sync.most import Most

_MAY_BE_LIVE = frozenset({"started", "applied", "read-back"})


class SyncPhase(StrEnum):
    """What a sync is for."""

    STAGE = "stage"
    FINAL = "final"
    DRAIN = "drain"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the MX of a domain is. since: when it was first switched to new, taken back or not."""

    where: Literal["before", "switched", "back"] = "before"
    since: datetime | None = None


NEVER = Standing()
ALLOWED: Mapping[str, tuple[SyncPhase, ...]] = {
    "before": (SyncPhase.STAGE, SyncPhase.FINAL),
    "switched": (SyncPhase.DRAIN, SyncPhase.BACK),
    "back": (SyncPhase.BACK, SyncPhase.STAGE, SyncPhase.FINAL),
}
"""What may be done where; the first is done when nobody says anything."""
_WHERE = {
    "before": "its MX was never switched",
    "switched": "its MX was switched to new at {since}",
    "back": "its MX is back at old, after a switch at {since}",
}
_NOT = {
    ("before", SyncPhase.DRAIN): "drain is for after the switch: only then nothing that people do at new may be undone",
    ("before", SyncPhase.BACK): "nothing can have arrived at new, so nothing is to be brought back",
    ("switched", SyncPhase.STAGE): "people work at new now, and stage would undo what they do there",
    ("switched", SyncPhase.FINAL): "people work at new now, and final would undo what they do there",
    ("back", SyncPhase.DRAIN): "mail goes to old again, where drain would not follow it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """What a run does. phases: by domain. since: when a domain was switched.

    most_removed: how many copies whose originals are gone may be removed; None: not asked for.
    """

    phases: Mapping[str, SyncPhase] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    most_removed: Most | None = None

    @property
    def named(self) -> str:
        """Return what is done at all, in a word or two."""
        return " and ".join(sorted(set(self.phases.values())) or [SyncPhase.STAGE])

    def of(self, domain: str) -> SyncPhase:
        """Return the phase of a domain's accounts."""
        return self.phases.get(domain.lower(), SyncPhase.STAGE)


DEFAULT = Course()


def choose_course(
    domains: Sequence[str],
    changes: Iterable[DnsChangeRecord],
    wanted: SyncPhase | None = None,
    most_removed: Most | None = None,
) -> Course:
    """Return what a run may do to the accounts of some domains; UserError when that is not `wanted`."""
    where = standings(changes)
    phases = choose(domains, where, wanted)
    if most_removed is not None and (late := sorted(set(phases.values()) - {SyncPhase.STAGE})):
        raise UserError(
            f"--delete is for phase stage only, and this would be {late[0].value}: nothing that"
            " people may have seen at new is taken from them",
            hint="leave --delete out",
        )
    since = {d: s.since for d, s in where.items() if s.since is not None}
    return Course(phases, since, most_removed)


def standings(changes: Iterable[DnsChangeRecord]) -> dict[str, Standing]:
    """Return where the MX of each domain is that was ever switched.

    In doubt (a switch that was started and not read back) it counts as switched: not to follow
    a flag is a small loss, to undo what somebody did at new is not.
    """
    found: dict[str, Standing] = {}
    for change in sorted(changes, key=lambda c: c.id):
        domain = change.domain.lower()
        if change.kind == "switch" and _may_be_live(change):
            first = found.get(
                domain, NEVER
            ).since  # of two switches the first: mail came since then
            since = first or change.when("started") or change.events[0][2]
            found[domain] = Standing("switched", since)
        elif change.kind == "rollback" and change.last_event == "read-back":
            found[domain] = Standing("back", found.get(domain, NEVER).since)
    return found


def choose(
    domains: Sequence[str], where: Mapping[str, Standing], wanted: SyncPhase | None
) -> dict[str, SyncPhase]:
    """Return the phase of each domain; UserError names every domain that the wanted one is wrong for."""
    wrong = [
        (domain, where.get(domain, NEVER))
        for domain in domains
        if wanted is not None and wanted not in ALLOWED[where.get(domain, NEVER).where]
    ]
    if wrong:
        assert wanted is not None
        raise _refusal(wrong, wanted)
    return {d: wanted or ALLOWED[where.get(d, NEVER).where][0] for d in domains}


def reason(standing: Standing) -> str:
    """Say where the MX of a domain is."""
    since = f"{standing.since:%Y-%m-%d %H:%M %Z}" if standing.since else ""
    return _WHERE[standing.where].format(since=since)


def _refusal(wrong: Sequence[tuple[str, Standing]], wanted: SyncPhase) -> UserError:
    whys = sorted({_NOT[standing.where, wanted] for _, standing in wrong})
    named = "; ".join(f"{domain}: {reason(standing)}" for domain, standing in wrong)
    fitting = sorted({ALLOWED[standing.where][0].value for _, standing in wrong})
    hint = f"leave --phase out, or say --phase {' or '.join(fitting)} (--only chooses accounts)"
    return UserError(
        f"phase {wanted.value} does not fit: {'; '.join(whys)} ({named})", hint=hint
    )


def _may_be_live(change: DnsChangeRecord) -> bool:
    return change.last_event in _MAY_BE_LIVE or change.when("applied") is not None
