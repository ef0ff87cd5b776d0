"""The driver for everybody who clicks in a control panel: says exactly what to do, then it is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from migrate_mail.dns_changes.model import Change
from migrate_mail.dns_changes.text import indented, record_lines, side_by_side, zone_lines


@dataclass(frozen=True, slots=True)
class Manual:
    """A person makes the change. say: gets the lines to show."""

    say: Callable[[str], None] = field(repr=False)
    name: str = "manual"

    def describe(self, change: Change) -> str:
        """Return what will be asked of the person."""
        return (
            f"you change {change.after.name} {change.after.rtype} at your DNS provider;"
            " every name server is watched until it shows the change"
        )

    def apply(self, change: Change) -> None:
        """Print what to click and to paste; only the name servers can tell when it is done."""
        self.say(instructions(change))


def instructions(change: Change) -> str:
    """Return what to do, as records one by one and as lines to paste."""
    name, rtype = change.after.name, change.after.rtype
    parts = [
        f"Change DNS now: {name} {rtype} (where your provider writes @ for the zone, {change.zone} is @)",
        "",
        indented(side_by_side(change)),
        "",
        "  record by record:",
        indented(record_lines(change), 4),
        "",
        "  or as lines of a zone file, in place of those before:",
        indented(zone_lines(change.after), 4),
        "",
        "  Leave every other record as it is. Do it only if you find exactly this there now:",
        indented(zone_lines(change.before), 4),
    ]
    return "\n".join(parts)
