"""How fast and how much, as admins write it: `2MB/s`, `50/s`, `2.5GB` a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from migrate_mail.files.names import wrong
from migrate_mail.files.scalars import format_size, parse_size

T = TypeVar("T")
UNLIMITED = 0
_PACE = re.compile(r"([0-9]{1,6})\s*/\s*([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_rate(text: str) -> int:
    """Return `2MB/s` or `500kB/s` as bytes a second. Raise ValueError on anything else."""
    amount, slash, unit = text.strip().rpartition("/")
    try:
        if slash and unit.strip() == "s":
            return parse_size(amount)
    except ValueError:
        pass
    raise ValueError("expected bytes a second such as 500kB/s or 2MB/s")


def parse_pace(text: str) -> float:
    """Return `50/s`, `600/m` or `10000/h` as messages a second. Raise ValueError on anything else."""
    found = _PACE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise ValueError("expected a number of messages such as 50/s, 600/m or 10000/h")
    return int(found[1]) / _SECONDS[found[2]]


def parse_day(text: str) -> int:
    """Return `2.5GB` as bytes, `unlimited` as 0. Raise ValueError on anything else."""
    if text.strip() == "unlimited":
        return UNLIMITED
    try:
        return parse_size(text)
    except ValueError:
        raise ValueError("expected a size such as 500MB or 2.5GB, or unlimited") from None


def _rate(value: Any) -> int:
    return _read(value, parse_rate)


def _pace(value: Any) -> float:
    return _read(value, parse_pace)


def _day(value: Any) -> int:
    return _read(value, parse_day)


def _read(value: Any, parse: Callable[[str], T]) -> T:
    shown = f"`{value}`"[:60] if isinstance(value, str | int | float) else "this is no text"
    try:
        return parse(value if isinstance(value, str) else "")
    except ValueError as error:
        raise wrong("bad-rate", f"{shown}: {error}") from None


Rate = Annotated[
    int,
    BeforeValidator(_rate),
    PlainSerializer(lambda n: f"{format_size(n)}/s", return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]\s*/\s*s$"}
    ),
]
"""Bytes a second, written `2MB/s`."""
Pace = Annotated[
    float,
    BeforeValidator(_pace),
    PlainSerializer(lambda n: f"{n * 3600:.0f}/h", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+\s*/\s*[smh]$"}),
]
"""Messages a second, written `50/s`, `600/m`, `10000/h`."""
DayBudget = Annotated[
    int,
    BeforeValidator(_day),
    PlainSerializer(lambda n: format_size(n) if n else "unlimited", return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2.5GB", "unlimited"]}),
]
"""Bytes a day, written `2.5GB`; 0, written `unlimited`, for no budget."""
