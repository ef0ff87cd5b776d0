"""Names, flags and dates as they are written in IMAP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from migrate_mail.net.imap_tokens import from_utf7, to_utf7

SYSTEM_FLAGS = {
    flag.lower(): flag for flag in ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ATOM = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
_DATE = re.compile(
    r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})"
)


class UnsendableError(ValueError):
    """This cannot be written in IMAP, so it was not sent."""


def sendable(flag: str) -> bool:
    """Tell whether a flag may be sent: one of the five system flags, or an atom (RFC 9051 section 9)."""
    return flag.lower() in SYSTEM_FLAGS or bool(_ATOM.fullmatch(flag))


def read_flags(flags: Iterable[str]) -> tuple[str, ...]:
    """Return flags sorted, the system's in their usual spelling, Recent left out."""
    usual = {SYSTEM_FLAGS.get(f.lower(), f) for f in flags}
    return tuple(sorted(f for f in usual if f.lower() != "\\recent"))


def write_flags(flags: Sequence[str]) -> bytes:
    """Return flags as a list in parentheses; UnsendableError for one that may not be sent."""
    bad = [f for f in flags if not sendable(f)]
    if bad:
        raise UnsendableError(f"{bad[0]!r} is no flag that may be sent")
    return b"(" + " ".join(flags).encode("ascii") + b")"


def read_date(text: str) -> datetime:
    """Return an INTERNALDATE with its own zone; ValueError when it is none."""
    match = _DATE.fullmatch(text)
    if match is None or match[2].title() not in _MONTHS:
        raise ValueError(f"{text!r} is no date")
    month = _MONTHS.index(match[2].title()) + 1
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    zone = timezone(-offset if match[7] == "-" else offset) if offset else UTC
    day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def write_date(when: datetime) -> bytes:
    """Return an aware datetime as IMAP writes it, in its own zone, seconds and all."""
    offset = when.utcoffset()
    if offset is None:
        raise UnsendableError("an internal date needs its zone")
    minutes = round(offset.total_seconds() / 60)
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    date = f"{when.day:02d}-{_MONTHS[when.month - 1]}-{when.year:04d}"
    zone = f"{sign}{minutes // 60:02d}{minutes % 60:02d}"
    return f'"{date} {when:%H:%M:%S} {zone}"'.encode("ascii")


def quoted(text: str | bytes) -> bytes:
    """Return a quoted string; UnsendableError for what cannot stand in one."""
    raw = text.encode("utf-8") if isinstance(text, str) else text
    if re.search(rb"[\x00\r\n]", raw):
        raise UnsendableError(f"{text!r} cannot be sent: it holds a line break or NUL")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


class FolderNames:
    """Folder names in Unicode here, in modified UTF-7 there (RFC 3501 section 5.1.3).

    Servers also hold names that are no modified UTF-7. Those are remembered as they came, so
    that the folder can be opened under the very bytes that the server knows it by.
    """

    def __init__(self) -> None:
        self._odd: dict[str, bytes] = {}

    def read(self, raw: bytes) -> str:
        """Return the name for the server's bytes."""
        name = _decoded(raw)
        if _encoded(name) != raw:
            self._odd[name] = raw
        return name

    def write(self, name: str) -> bytes:
        """Return the server's bytes for a name, quoted."""
        return quoted(self._odd.get(name) or _encoded(name))


def _decoded(raw: bytes) -> str:
    try:
        if raw.isascii():
            return from_utf7(raw)
    except (UnicodeError, ValueError):
        return raw.decode("ascii")
    return raw.decode("utf-8", "backslashreplace")


def _encoded(name: str) -> bytes:
    try:
        return to_utf7(name)
    except UnicodeError:
        return name.encode("ascii", "backslashreplace")
