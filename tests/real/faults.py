"""What is wrong with Lindenhof's move at the start, and how each fault is mended."""

from __future__ import annotations

from real.post import reply_to
from real.servers.processes import until
from real.servers.world import ALIASES, DOMAIN, World

FORGOTTEN = f"jobs@{DOMAIN}"
HIGH_TTL = 3600
MENDED_TTL = 12
"""Low enough for a test to wait, and long enough for the switch to happen within it."""
ALIAS_HOST = "mx2.newhost.test"


def plant(world: World) -> None:
    """Forget an alias at new, let caches keep the MX for an hour, make an MX host a CNAME."""
    world.new.mx.set_aliases({a: t for a, t in ALIASES.items() if a != FORGOTTEN})
    until(lambda: _reply(world) == 550, "new still knows the alias")
    world.knot.replace(DOMAIN, "MX", HIGH_TTL, "10 mx.oldhost.test.")
    world.knot.replace(ALIAS_HOST, "A", 4)
    world.knot.replace(ALIAS_HOST, "CNAME", 4, "mx1.newhost.test.")
    world.unbound.forget("test")


def mend(world: World) -> None:
    """Add the alias, lower the TTL and wait for the old one, give the MX host an address."""
    world.new.mx.set_aliases(ALIASES)
    until(lambda: _reply(world) == 250, "new still refuses the alias")
    world.knot.replace(DOMAIN, "MX", MENDED_TTL, "10 mx.oldhost.test.")
    world.knot.replace(ALIAS_HOST, "CNAME", 4)
    world.knot.replace(ALIAS_HOST, "A", 4, world.network.new_second)
    world.unbound.forget("test")


def _reply(world: World) -> int:
    return reply_to(world.new.mx.address, FORGOTTEN)[0]
