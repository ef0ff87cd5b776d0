"""The moments of a migration as a calendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from migrate_mail.run.clock import DomainClock

_PRODUCT = "-//migrate-mail//schedule//EN"
_FOLD = 75
"""Octets of a line before it is folded (section 3.1)."""


def calendar(clocks: Sequence[DomainClock], now: datetime) -> str:
    """Return one calendar with an event for each known moment of each domain, times in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}"]
    for clock in clocks:
        for key, at, title, text in _moments(clock):
            lines += [
                "BEGIN:VEVENT",
                f"UID:{key}.{clock.domain}@migrate-mail.invalid",
                f"DTSTAMP:{_time(now)}",
                f"DTSTART:{_time(at)}",
                f"SUMMARY:{_text(title)}",
                f"DESCRIPTION:{_text(text)}",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _moments(clock: DomainClock) -> Iterator[tuple[str, datetime, str, str]]:
    term, told = clock.schedule.binding, clock.after
    if told is None or term is None:
        return
    why = f"because {term.name} {term.rtype}: {term.why}"
    yield "earliest", told.switch, f"{clock.domain}: the MX may be switched", why
    yield (
        "everyone",
        told.everyone,
        f"{clock.domain}: everyone has switched, if it was then",
        "",
    )
    yield (
        "old-off",
        told.old_off,
        f"{clock.domain}: old may be switched off",
        "5 days of retries",
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape TEXT (section 3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Fold a line between characters, never inside one."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > _FOLD:
            yield part
            part = " "
        part += sign
    yield part
