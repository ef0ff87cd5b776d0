"""Small values as admins write them: durations, moments, moments relative to the cutover."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

from migrate_mail.files.names import wrong

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 10 * 366 * 86400
_DURATION = re.compile(r"([0-9]{1,9})\s*([smhdw])")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")
_OFFSET = re.compile(r"T([+-])([0-9]{1,9}\s*[smhdw])")


def parse_duration(text: str) -> timedelta:
    """Return `90s`, `5m`, `24h`, `14d` or `2w` as a timedelta. Raise ValueError on anything else."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError("expected a duration such as 90s, 5m, 24h, 14d or 2w")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST:
        raise ValueError("longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(span: timedelta) -> str:
    """Return the shortest exact spelling of a duration: `5m`, not `300s`."""
    seconds = int(span.total_seconds())
    for unit in ("w", "d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def parse_offset(text: str) -> timedelta:
    """Return `T-14d` or `T+1h` as a signed distance from the planned cutover. Raise ValueError else."""
    if text.strip() == "T":
        return timedelta(0)
    match = _OFFSET.fullmatch(text.strip())
    if not match:
        raise ValueError("expected a moment relative to the cutover, such as T-14d or T+1h")
    return parse_duration(match[2]) * (-1 if match[1] == "-" else 1)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return _parsed(value, parse_duration, "bad-duration")


def _offset(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return _parsed(value, parse_offset, "bad-offset")


def _parsed(value: Any, parse: Callable[[str], timedelta], code: str) -> timedelta:
    shown = f"`{value}`"[:60] if isinstance(value, str | int | float) else "this is no text"
    try:
        return parse(value if isinstance(value, str) else "")
    except ValueError as error:
        raise wrong(code, f"{shown}: {error}") from None


def _moment(value: Any) -> Any:
    """Refuse what pydantic would take for seconds since 1970, and a date without a time."""
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, str) and _MOMENT.match(value):
        return value
    shown = f"`{value}`"[:60] if isinstance(value, str | int | float) else "this is no text"
    raise wrong("bad-moment", f"{shown}: expected a moment such as 2026-03-13T22:00:00+01:00")


def _format_offset(span: timedelta) -> str:
    sign = "-" if span < timedelta(0) else "+"
    return f"T{sign}{format_duration(abs(span))}" if span else "T"


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d+\s*[smhdw]$", "examples": ["5m", "24h"]}
    ),
]
"""A span of time, written `90s`, `5m`, `24h`, `14d`, `2w`."""

Offset = Annotated[
    timedelta,
    BeforeValidator(_offset),
    PlainSerializer(_format_offset, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^T([+-]\d+\s*[smhdw])?$", "examples": ["T-14d"]}
    ),
]
"""A moment relative to the planned cutover, written `T-14d`, `T`, `T+1h`."""

Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
"""A moment with its offset from UTC, written `2026-03-13T22:00:00+01:00`."""
