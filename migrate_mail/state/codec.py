"""How values are written in the state file: moments, structures, findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from migrate_mail.finding import Finding, Outcome


def moment_text(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC. Raise ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).isoformat()


def moment_of(text: str) -> datetime:
    """Return the moment that `moment_text` wrote."""
    return datetime.fromisoformat(text)


def maybe_moment_of(text: str | None) -> datetime | None:
    """Return the moment, or None where there is none."""
    return None if text is None else moment_of(text)


def data_text(data: Any) -> str:
    """Return JSON data as text; equal data give equal text."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def findings_text(findings: tuple[Finding, ...]) -> str:
    """Return findings as JSON text."""
    return data_text([_finding_data(f) for f in findings])


def findings_of(text: str) -> tuple[Finding, ...]:
    """Return the findings that `findings_text` wrote."""
    return tuple(_finding(data) for data in json.loads(text))


def _finding_data(finding: Finding) -> dict[str, Any]:
    data = asdict(finding)
    return {**data, "at": moment_text(finding.at) if finding.at else None}


def _finding(data: Mapping[str, Any]) -> Finding:
    args = {k: tuple(v) if isinstance(v, list) else v for k, v in data["args"].items()}
    return Finding(
        tag=data["tag"],
        outcome=Outcome(data["outcome"]),
        subject=data["subject"],
        vantage=data["vantage"],
        args=args,
        evidence=tuple(data["evidence"]),
        fix=data["fix"],
        refs=tuple(data["refs"]),
        at=maybe_moment_of(data["at"]),
        elapsed_ms=data["elapsed_ms"],
    )
