"""In which phase an account's domain is: before the switch new follows old, after it only adds. PURE."""

from __future__ import annotations

from collections.abc import Iterable

from migrate_mail.state.records import DnsChangeRecord

_MAY_BE_LIVE = frozenset({"started", "applied", "read-back"})


def switched_domains(changes: Iterable[DnsChangeRecord]) -> frozenset[str]:
    """Return the domains whose MX points at new, or may do so.

    In doubt (a switch that was started and not read back) it counts as switched: not to follow
    a flag is a small loss, to undo what somebody did at new is not.
    """
    switched: set[str] = set()
    for change in sorted(changes, key=lambda c: c.id):
        if change.kind == "switch" and _may_be_live(change):
            switched.add(change.domain.lower())
        elif change.kind == "rollback" and change.last_event == "read-back":
            switched.discard(change.domain.lower())
    return frozenset(switched)


def _may_be_live(change: DnsChangeRecord) -> bool:
    return change.last_event in _MAY_BE_LIVE or change.when("applied") is not None
