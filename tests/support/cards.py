"""Small plans and results for the tests of the gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrate_mail.finding import Finding, Outcome, Phase, Severity
from migrate_mail.run.card import PersonCard, PlanCard, StepCard
from migrate_mail.state.records import Confirmation, ResultRecord, Waiver

NOW = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)


def step(key: str = "mx", **changes) -> StepCard:
    """Return a check step in preflight that blocks, with an owner."""
    values = {
        "key": key,
        "id": key.partition("[")[0],
        "item": key.partition("[")[2].rstrip("]") or None,
        "title": f"Title of {key}",
        "why": None,
        "phase": Phase.PREFLIGHT,
        "stage": "readiness",
        "body": "check",
        "instruction": "",
        "proved": False,
        "severity": Severity.BLOCKER,
        "waivable": True,
        "owner": "anna",
        "valid_for": timedelta(hours=24),
        "due": None,
        "needs": (),
        "rollback": None,
        "digest": f"digest of {key}",
    }
    return StepCard(**{**values, **changes})


def plan(*steps: StepCard, **changes) -> PlanCard:
    """Return a plan of these steps with one person, anna."""
    values = {
        "name": "Move example.org",
        "ticket": None,
        "domains": ("example.org",),
        "old_mx": ("10 mx.old.example",),
        "new_mx": ("10 mx1.new.example",),
        "accounts": 2,
        "addresses": 3,
        "cutover_at": None,
        "window": None,
        "point_of_no_return": None,
        "max_conditions": 3,
        "dns_driver": "manual",
        "mx_ttl": 300,
        "people": (PersonCard("anna", "Anna Bauer", None),),
        "connect": (),
        "checklists": (),
        "steps": steps,
        "digest": "plan",
    }
    return PlanCard(**{**values, **changes})


def result(
    card: StepCard,
    outcome: Outcome = Outcome.PASS,
    *,
    ago: timedelta = timedelta(minutes=5),
    **changes,
) -> ResultRecord:
    """Return what a run of a step gave, some time ago."""
    finding = Finding("TAG", outcome, "mx1.new.example", fix="mend it")
    at = NOW - ago
    values = {"digest": card.digest, "findings": (finding,)}
    return ResultRecord(
        step=card.key, outcome=outcome, started_at=at, ended_at=at, **{**values, **changes}
    )


def confirmation(
    card: StepCard, *, ago: timedelta = timedelta(hours=1), **changes
) -> Confirmation:
    """Return a confirmation of a manual step."""
    values = {"digest": card.digest, "by": "anna", "note": ""}
    return Confirmation(step=card.key, at=NOW - ago, **{**values, **changes})


def waiver(card: StepCard, *, until: datetime = NOW + timedelta(days=2)) -> Waiver:
    """Return a waiver of a step."""
    return Waiver(
        card.key, "head-of-it", "archive moves next week", until, NOW - timedelta(hours=1)
    )
