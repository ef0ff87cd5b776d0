"""Opening the world for a command: who may be asked, and which bad certificates are let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate_mail.cli.console import ask_secret, can_ask, note

if TYPE_CHECKING:
    from pathlib import Path

    from migrate_mail.inventory.model import Inventory
    from migrate_mail.run.world import World


def world_of(inventory: Inventory, transcript: Path | None = None) -> World:
    """Open the world; secrets are asked and sign-ins shown only where a person sits."""
    from migrate_mail.run.world import open_world

    for line in waived_certificates(inventory):
        note(line)
    asked = can_ask()
    return open_world(
        inventory,
        ask=ask_secret if asked else None,
        tell=note if asked else None,
        transcript=transcript,
    )


def waived_certificates(inventory: Inventory) -> list[str]:
    """Return a line for each bad certificate that somebody let pass."""
    systems = inventory.spec.systems
    sides = (("old", systems.old.imap), ("new", systems.new.imap))
    return [
        f"warning: {name}: the certificate of {imap.host} is let pass unverified until {w.until.isoformat()}, by {w.by}: {w.reason}"
        for name, imap in sides
        if (w := imap.tls_waiver) is not None
    ]
