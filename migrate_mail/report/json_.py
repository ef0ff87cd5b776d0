"""The report as JSON, for programs: everything, nothing shortened."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from migrate_mail.report.model import SCHEMA, Report


def json_report(report: Report) -> str:
    """Return a report as a JSON document: moments in ISO 8601, spans in seconds."""
    data = _plain(asdict(report))
    data["rollback"] = report.rollback.to_data()
    data["connect"] = dict(report.connect)
    data["foot"]["checklists"] = dict(report.foot.checklists)
    for section, stage in zip(data["stages"], report.stages, strict=True):
        section["tally"] = dict(stage.tally)
    document = {"schema": SCHEMA, **data}
    return _printable(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def _printable(document: str) -> str:
    r"""Escape what a terminal would obey or cannot show: JSON itself escapes only below U+0020."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in document)
