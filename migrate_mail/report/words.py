"""How moments, spans, sizes and standings are said to people, in every format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

WIDTH = 80
"""Columns of plain text: what fits a terminal at night, a mail and a sheet of paper."""

SAID = {
    "fail": "failed",
    "unknown": "could not tell",
    "stale": "too old",
    "missing": "not checked",
    "blocked": "waiting",
    "pending": "for a person",
    "waived": "waived",
    "pass": "passed",
    "skip": "not applicable",
}
"""How each standing is said to people, worst first."""


def moment(at: datetime) -> str:
    """Return a moment to the minute, in its zone and in UTC: `2026-03-13 22:00 +01:00 / 21:00 UTC`."""
    utc = at.astimezone(UTC)
    if not at.utcoffset():
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    day = "" if at.date() == utc.date() else f"{utc:%Y-%m-%d} "
    local = at.isoformat(" ", "minutes")
    return f"{local[:16]} {local[16:]} / {day}{utc:%H:%M} UTC"


def span(length: timedelta) -> str:
    """Return a span as people say it, its largest unit and the next: `1 h 5 min`, `3 d 2 h`, `45 s`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((n for n, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    said = [f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount]
    return " ".join(said) or "0 s"


def ago(age: timedelta) -> str:
    """Return how long ago something was."""
    return "just now" if age < timedelta(minutes=1) else f"{span(age)} ago"


def count(n: int, noun: str) -> str:
    """Return a number with its noun: `1 step`, `2,000 steps`, `3 addresses`."""
    plural = f"{noun}es" if noun.endswith(("s", "x")) else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"


def size(octets: int) -> str:
    """Return a number of bytes as people say it: `812 bytes`, `1.2 GB`."""
    amount, unit = float(octets), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return count(octets, "byte") if unit == "bytes" else f"{amount:.1f} {unit}"


def tally(counts: Sequence[tuple[str, int]]) -> str:
    """Return how many steps stand how."""
    said = ", ".join(f"{n} {SAID[standing]}" for standing, n in counts)
    return f"{count(sum(n for _, n in counts), 'step')}: {said}"
