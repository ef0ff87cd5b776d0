"""The zone that a check looks at: as it is, or as it will be."""

from __future__ import annotations

from migrate_mail.checks.base import Context
from migrate_mail.checks.params import Zone
from migrate_mail.dns_changes.overlay import View
from migrate_mail.dns_changes.planned import plan_of


def view_of(context: Context, zone: Zone) -> View:
    """Return what to ask about names: the live authorities, with the plan on top or without."""
    spec = context.inventory.spec
    return View(context.dns, plan_of(spec)) if zone == "planned" else View(context.dns)
