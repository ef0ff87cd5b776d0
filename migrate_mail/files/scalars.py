"""Small values as admins write them: durations, ages, sizes, days, moments, offsets from the cutover."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)

from migrate_mail.files.names import wrong

T = TypeVar("T")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 10 * 366 * 86400
_DURATION = re.compile(r"([0-9]{1,9})\s*([smhdw])")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")
_OFFSET = re.compile(r"T([+-])([0-9]{1,9}\s*[smhdw])")
_AGE_UNITS = {"d": 1, "w": 7, "y": 366}
"""Days. A year counts 366, so that none is cut short."""
_AGE = re.compile(r"([0-9]{1,5})\s*([dwy])")
_OLDEST = 100 * 366
_SIZE_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}  # fmt: skip
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([kmg]i?b|b)", re.IGNORECASE)
_LARGEST = 10**12
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


def parse_age(text: str) -> timedelta:
    """Return `90d`, `26w` or `3y` as a timedelta of whole days. Raise ValueError on anything else."""
    match = _AGE.fullmatch(text.strip())
    if not match:
        raise ValueError("expected an age such as 90d, 26w or 3y")
    days = int(match[1]) * _AGE_UNITS[match[2]]
    if not 0 < days <= _OLDEST:
        raise ValueError("an age lies between one day and a hundred years")
    return timedelta(days=days)


def format_age(span: timedelta) -> str:
    """Return the shortest exact spelling of an age: `3y`, not `1098d`."""
    unit = next(u for u in ("y", "w", "d") if span.days % _AGE_UNITS[u] == 0)
    return f"{span.days // _AGE_UNITS[unit]}{unit}"


def parse_size(text: str) -> int:
    """Return `500kB`, `50MB`, `1.5GB` or `20MiB` as a number of bytes. Raise ValueError on anything else."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError("expected a size such as 500kB, 50MB, 1.5GB or 20MiB")
    octets = round(float(match[1]) * _SIZE_UNITS[match[2].lower()])
    if not 0 < octets <= _LARGEST:
        raise ValueError("a size lies between one byte and a thousand gigabytes")
    return octets


def format_size(octets: int) -> str:
    """Return the shortest exact spelling of a size: `50MB`, not `50000000B`."""
    for unit in ("GiB", "GB", "MiB", "MB", "KiB", "kB"):
        if octets and octets % _SIZE_UNITS[unit.lower()] == 0:
            return f"{octets // _SIZE_UNITS[unit.lower()]}{unit}"
    return f"{octets}B"


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


def _age(value: Any) -> timedelta:
    return value if isinstance(value, timedelta) else _parsed(value, parse_age, "bad-age")


def _size(value: Any) -> int:
    return _parsed(value, parse_size, "bad-size")


def _day(value: Any) -> date:
    """Refuse what pydantic would take for seconds since 1970."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _parsed(value, _parse_day, "bad-day")


def _parse_day(text: str) -> date:
    if _DAY.fullmatch(text.strip()):
        with suppress(ValueError):
            return date.fromisoformat(text.strip())
    raise ValueError("expected a day of the calendar such as 2020-01-31")


def _parsed(value: Any, parse: Callable[[str], T], code: str) -> T:
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


def format_offset(span: timedelta) -> str:
    """Return an offset as it is written in a checklist: `T-3d`, `T+90m`, `T`."""
    sign = "-" if span < timedelta(0) else "+"
    return f"T{sign}{format_duration(abs(span))}" if span else "T"


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        near = get_close_matches(value, available_timezones(), n=1)
        hint = f"did you mean `{near[0]}`?" if near else "write it as in Europe/Berlin"
        raise wrong("bad-zone", f"`{value[:60]}` is no time zone", hint) from None
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""A time zone by its name in the IANA database, such as `Europe/Berlin`."""

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d+\s*[smhdw]$", "examples": ["5m", "24h"]}
    ),
]
"""A span of time, written `90s`, `5m`, `24h`, `14d`, `2w`."""

Age = Annotated[
    timedelta,
    BeforeValidator(_age),
    PlainSerializer(format_age, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+\s*[dwy]$", "examples": ["90d", "3y"]}),
]
"""How old something is, written `90d`, `26w`, `3y`."""

Size = Annotated[
    int,
    BeforeValidator(_size),
    PlainSerializer(format_size, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]$",
            "examples": ["500kB", "50MB"],
        }
    ),
]
"""A number of bytes, written `500kB`, `50MB`, `1.5GB` (powers of ten) or `20MiB` (powers of two)."""

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2020-01-31"]}),
]
"""A day, written `2020-01-31`."""

Offset = Annotated[
    timedelta,
    BeforeValidator(_offset),
    PlainSerializer(format_offset, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^T([+-]\d+\s*[smhdw])?$", "examples": ["T-14d"]}
    ),
]
"""A moment relative to the planned cutover, written `T-14d`, `T`, `T+1h`."""

Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
"""A moment with its offset from UTC, written `2026-03-13T22:00:00+01:00`."""
