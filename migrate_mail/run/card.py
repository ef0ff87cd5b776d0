"""A step as the gate and the report see it: plain data that is kept in the state file.

The runner works on bound steps (`bind.py`), which carry live objects. A card is what remains
of one without the checklist file, so that a verdict can be recomputed from the state alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from migrate_mail.finding import Phase, Severity


@dataclass(frozen=True, slots=True)
class RollbackNote:
    """The way back from a step. do None: there is none, `because` says why."""

    do: str | None
    takes: timedelta | None
    because: str | None


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step instance. key: `id` or `id[item]`. needs: keys. due: the planned moment.

    proved: a manual step whose `then:` check must have passed as well.
    digest: SHA-256 hex of definition, resolved parameters and inventory rows that it reads.
    if_fails: what to do then. source: who says so, and when. check: the id of the check that it
    is, or that proves it.
    """

    key: str
    id: str
    item: str | None
    title: str
    why: str | None
    phase: Phase
    stage: str
    body: Literal["check", "manual", "run"]
    instruction: str
    proved: bool
    severity: Severity
    waivable: bool
    owner: str | None
    valid_for: timedelta
    due: datetime | None
    needs: tuple[str, ...]
    rollback: RollbackNote | None
    digest: str
    if_fails: str = ""
    source: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Who somebody is and how to reach them."""

    key: str
    name: str
    contact: str | None


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """A bad certificate of an IMAP server that somebody lets pass. host: name and port."""

    side: str
    host: str
    sha256: str
    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PlanCard:
    """Everything wanted, as a report needs it; no secret and no secret reference is in it.

    digest: SHA-256 hex over the rest; the plan's name in the state file.
    connect: the `connect` table, printed in every report. departures: (step, `removed` or
    `changed`, why, file): what is not as the extended checklist has it. time_zone: of its reports;
    empty: the offset of `cutover_at`. inventory: SHA-256 hex over migration.yaml and its CSV files.
    """

    name: str
    ticket: str | None
    domains: tuple[str, ...]
    old_mx: tuple[str, ...]
    new_mx: tuple[str, ...]
    accounts: int
    addresses: int
    cutover_at: datetime | None
    window: timedelta | None
    point_of_no_return: str | None
    max_conditions: int
    dns_driver: str
    mx_ttl: int
    people: tuple[PersonCard, ...]
    connect: tuple[tuple[str, str], ...]
    checklists: tuple[tuple[str, str], ...]
    steps: tuple[StepCard, ...]
    digest: str
    departures: tuple[tuple[str, str, str, str], ...] = ()
    time_zone: str = ""
    inventory: str = ""
    certificates: tuple[CertificateCard, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data: times as ISO 8601, spans as seconds."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> PlanCard:
        """Rebuild from `to_data`."""
        steps = tuple(_step(s) for s in data["steps"])
        people = tuple(PersonCard(**p) for p in data["people"])
        passed = data.get("certificates", ())
        rest = {
            **{k: v for k, v in data.items() if k not in {"steps", "people"}},
            "domains": tuple(data["domains"]),
            "old_mx": tuple(data["old_mx"]),
            "new_mx": tuple(data["new_mx"]),
            "cutover_at": _moment(data["cutover_at"]),
            "window": _span(data["window"]),
            "connect": tuple((a, b) for a, b in data["connect"]),
            "checklists": tuple((a, b) for a, b in data["checklists"]),
            "certificates": tuple(_certificate(one) for one in passed),
            "departures": tuple((a, b, c, d) for a, b, c, d in data.get("departures", ())),
        }
        return cls(**rest, people=people, steps=steps)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def _certificate(data: Mapping[str, Any]) -> CertificateCard:
    return CertificateCard(**{**data, "until": datetime.fromisoformat(data["until"])})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _span(seconds: int | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds is not None else None


def _step(data: Mapping[str, Any]) -> StepCard:
    back = data["rollback"]
    changed = {
        "phase": Phase(data["phase"]),
        "severity": Severity(data["severity"]),
        "valid_for": timedelta(seconds=data["valid_for"]),
        "due": _moment(data["due"]),
        "needs": tuple(data["needs"]),
        "rollback": RollbackNote(back["do"], _span(back["takes"]), back["because"])
        if back
        else None,
    }
    return StepCard(**{**data, **changed})
