"""Small values as admins write them: durations, moments relative to the cutover, host:port."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_OFFSET = re.compile(r"T([+-])(\d+\s*[smhdw])")


def parse_duration(text: str) -> timedelta:
    """Return `90s`, `5m`, `24h`, `14d` or `2w` as a timedelta. Raise ValueError on anything else."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError("expected a duration such as 90s, 5m, 24h, 14d or 2w")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


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
    if not isinstance(value, str):
        raise ValueError("expected a duration such as 90s, 5m, 24h, 14d or 2w")  # noqa: TRY004 - pydantic wants ValueError
    return parse_duration(value)


def _offset(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("expected a moment relative to the cutover, such as T-14d or T+1h")  # noqa: TRY004
    return parse_offset(value)


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
