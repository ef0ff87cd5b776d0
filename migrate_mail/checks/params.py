"""Parameters that several checks share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from migrate_mail.files.strict import StrictModel
from migrate_mail.net.dns import Ask
from migrate_mail.state.records import MailboxSide

System = Literal["old", "new", "both"]


Zone = Literal["live", "planned"]


def sides_of(system: System) -> tuple[MailboxSide, ...]:
    """Return the sides that a `system` parameter stands for."""
    return ("old", "new") if system == "both" else (system,)


class SideParams(StrictModel):
    """One of the two systems."""

    system: Literal["old", "new"] = Field(
        default="new", description="whose MX records are wanted"
    )


class ZoneParams(StrictModel):
    """Which zone is looked at."""

    zone: Zone = Field(
        default="planned",
        description=(
            "`live`: as the name servers show it now; "
            "`planned`: as it will be, with `systems.new.mx` and `dns.records` of migration.yaml on top"
        ),
    )


class MxParams(StrictModel):
    """The MX hosts of a system, and whom to ask for their addresses."""

    system: System = Field(default="new", description="whose MX hosts are looked at")
    published: bool = Field(
        default=False,
        description=(
            "the names are published, so resolvers may be asked for them; "
            "before the switch leave it off: a resolver remembers that a name was not there"
        ),
    )

    @property
    def ask(self) -> Ask:
        """Whom to ask for addresses."""
        return "resolvers" if self.published else "authorities"
