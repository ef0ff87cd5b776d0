"""Which MX host a sender tries first, and which after it (RFC 5321 section 5.1). PURE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class MxRecord:
    """One MX record. host: lower-case, no dot at the end; empty for a null MX (RFC 7505)."""

    preference: int
    host: str

    def __str__(self) -> str:
        return f"{self.preference} {self.host}."


def mx_record(text: str) -> MxRecord:
    """Read `10 mx1.example.org.`; ValueError when it is no MX record."""
    preference, _, host = text.strip().partition(" ")
    if not host:
        raise ValueError(f"{text!r} is no MX record: expected a preference and a host name")
    return MxRecord(int(preference), host.strip().rstrip(".").lower())


def sending_order(records: Iterable[str]) -> list[MxRecord]:
    """Return MX records in the order in which they are tried: lowest preference first.

    Senders shuffle hosts of equal preference; a test is told twice the same, so ours are
    sorted by name. A null MX says that the domain takes no mail: no host at all.
    """
    return [mx for mx in sorted({mx_record(r) for r in records}) if mx.host]
