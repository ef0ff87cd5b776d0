"""A DNS change for people: before and after side by side, lines to paste, the way back. Pure."""

from __future__ import annotations

from itertools import zip_longest

from migrate_mail.dns_changes.model import Change, RRset


def change_text(change: Change) -> str:
    """Return one change as an admin wants to see it before it is made."""
    parts = [
        f"{change.after.name} {change.after.rtype}, in the zone {change.zone}",
        indented(side_by_side(change)),
        "  zone file, after:",
        indented(zone_lines(change.after), 4),
        "  only if the zone still holds:",
        indented(zone_lines(change.before), 4),
        "  the way back:",
        indented(zone_lines(change.inverse().after), 4),
    ]
    return "\n".join(parts)


def side_by_side(change: Change) -> str:
    """Return both RRsets in two columns."""
    left, right = _column("before", change.before), _column("after", change.after)
    width = max(len(line) for line in left) + 4
    pairs = zip_longest(left, right, fillvalue="")
    return "\n".join(f"{one:<{width}}{other}".rstrip() for one, other in pairs)


def _column(title: str, rrset: RRset) -> list[str]:
    if not rrset.values:
        return [title, f"(no {rrset.rtype} record)"]
    return [f"{title} (TTL {rrset.ttl})", *rrset.values]


def zone_lines(rrset: RRset) -> str:
    """Return lines of a zone file, or a comment where there is no record."""
    return rrset.zone_text() or f"; no {rrset.rtype} record at {rrset.name}"


def record_lines(change: Change) -> str:
    """Return what to do with each single record, for control panels that show them one by one."""
    before, after = change.before, change.after
    lines = [f"remove  {_fields(before, v)}" for v in before.values if v not in after.values]
    lines += [
        f"{'keep' if v in before.values else 'add':<6}  {_fields(after, v)}"
        for v in after.values
    ]
    return "\n".join(lines)


def _fields(rrset: RRset, value: str) -> str:
    preference, _, host = value.partition(" ")
    shown = f"priority {preference}, host {host}" if rrset.rtype == "MX" else value
    return f"{rrset.rtype}  name {rrset.name}  {shown}  TTL {rrset.ttl}"


def indented(text: str, by: int = 2) -> str:
    """Return the lines of a text moved to the right."""
    return "\n".join(f"{' ' * by}{line}" if line else line for line in text.splitlines())
