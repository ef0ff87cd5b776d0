"""The migration's time zone: which it is, and everything in a report told in it. PURE."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from migrate_mail.run.card import PlanCard

T = TypeVar("T")


def zone_of(plan: PlanCard) -> tzinfo:
    """Return the zone that migration.yaml names, else the offset of the planned cutover, else UTC."""
    if plan.time_zone:
        return ZoneInfo(plan.time_zone)
    return (plan.cutover_at.tzinfo if plan.cutover_at else None) or UTC


def in_zone(value: T, zone: tzinfo) -> T:
    """Return the same value with every moment in it, however deep, told in a zone."""
    return cast("T", _moved(value, zone))


def _moved(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, tuple):
        return tuple(_moved(one, zone) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        old = {f.name: getattr(value, f.name) for f in fields(value)}
        new = {name: _moved(one, zone) for name, one in old.items()}
        return replace(value, **{n: v for n, v in new.items() if v is not old[n]})
    return value
