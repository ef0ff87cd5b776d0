"""Whether an address that stands in a record can receive mail after the move, as the inventory says. PURE."""

from __future__ import annotations

from migrate_mail.inventory.model import Inventory


def is_listed(inventory: Inventory, address: str) -> bool:
    """Tell whether an address, its part before a +, or a catch-all of its domain is in the inventory."""
    local, _, domain = address.lower().rpartition("@")
    wanted = {f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"}
    return any(
        a.address.lower() in wanted
        or (a.kind == "catch-all" and a.address.lower().rpartition("@")[2] == domain)
        for a in inventory.addresses
    )
