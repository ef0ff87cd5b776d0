"""Flags and dates as old gives them, made into what may be sent to new. PURE; looked up once for each kind."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from migrate_mail.net.imap import read_date, read_flags, usual_date, write_date, write_flags
from migrate_mail.sync.flags import keepable


@dataclass(frozen=True, slots=True)
class Label:
    """The flags of a message: as they are sent, as they are remembered, and those that get lost."""

    sent: bytes
    stored: str
    lost: tuple[str, ...]


class Labels:
    """What one folder at new makes of flags and dates. Messages share few sets of flags."""

    def __init__(self, permanent: AbstractSet[str]) -> None:
        self._permanent = permanent
        self._known: dict[bytes, Label] = {}

    def flags(self, raw: bytes) -> Label:
        """Return what becomes of flags as old writes them (with blanks between)."""
        label = self._known.get(raw)
        if label is None:
            label = self._known[raw] = self._label(raw)
        return label

    def date(self, raw: bytes) -> bytes | None:
        """Return an INTERNALDATE, quoted, in its own zone; None when it is no date."""
        quoted = b'"%b"' % raw
        if usual_date(quoted):
            return quoted
        try:
            return write_date(read_date(raw.decode("ascii", "replace")))
        except ValueError:
            return None

    def _label(self, raw: bytes) -> Label:
        flags = read_flags(raw.decode("utf-8", "backslashreplace").split())
        kept = keepable(flags, self._permanent)
        lost = tuple(f for f in flags if f not in kept)
        return Label(write_flags(kept), " ".join(flags), lost)
