"""A DNS change as data: one RRset before, one after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RRset:
    """One RRset as a value.

    name: absolute, lower-case, with trailing dot. ttl: seconds. values: rdata in presentation
    form, sorted; empty means that the RRset does not exist.
    """

    name: str
    rtype: str
    ttl: int
    values: tuple[str, ...]

    def zone_text(self) -> str:
        """Return the RRset as lines of a zone file."""
        return "\n".join(
            f"{self.name} {self.ttl} IN {self.rtype} {value}" for value in self.values
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "name": self.name,
            "rtype": self.rtype,
            "ttl": self.ttl,
            "values": list(self.values),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> RRset:
        """Rebuild from `to_data`."""
        return cls(data["name"], data["rtype"], data["ttl"], tuple(data["values"]))


@dataclass(frozen=True, slots=True)
class Change:
    """Replace `before` by `after`, only if the zone still holds `before`."""

    zone: str
    before: RRset
    after: RRset

    def inverse(self) -> Change:
        """Return the change that leads back."""
        return Change(self.zone, self.after, self.before)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "zone": self.zone,
            "before": self.before.to_data(),
            "after": self.after.to_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Change:
        """Rebuild from `to_data`."""
        return cls(
            data["zone"], RRset.from_data(data["before"]), RRset.from_data(data["after"])
        )
