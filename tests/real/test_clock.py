"""No resolver serves an old answer after the moment that was computed: Knot serves, Unbound remembers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from migrate_mail.checks.dns.observing import observe
from migrate_mail.finding import utc_now
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.world import open_world
from migrate_mail.timeline.schedule import Wanted, schedule
from real.project import write_project
from real.servers.world import DOMAIN, World

pytestmark = pytest.mark.real

BEYOND = 2.0
"""Seconds after the computed moment during which the resolver is still asked."""


@pytest.fixture
def look(world, tmp_path) -> Callable:
    """Ask the authorities as `migrate-mail observe` does; returns what they served."""
    write_project(world, tmp_path)
    dns = open_world(load_inventory(tmp_path / "migration.yaml")).dns

    def do(wanted: Wanted):
        served, silent = observe(dns, [wanted], utc_now)
        assert served
        assert silent == []
        return served

    return do


def _last_old(world: World, name: str, is_old: Callable[[list[str]], bool], until: datetime):
    """Ask the resolver until after a moment; return when it last gave the old answer."""
    last = None
    while (now := datetime.now(UTC)).timestamp() < until.timestamp() + BEYOND:
        _, values = world.unbound.rrset(name, "TXT")
        if is_old(values):
            last = now
        time.sleep(0.05)
    return last


@pytest.mark.parametrize("ttl", [2, 5])
def test_a_changed_record(world, look, ttl):
    """Fetched just before the change, served by the cache after it, and gone at the moment."""
    name = f"clock-{ttl}.{DOMAIN}"
    wanted = Wanted(name, "TXT")
    world.knot.replace(name, "TXT", ttl, '"old"')
    world.unbound.forget(DOMAIN)  # a cached NSEC would deny a name it was never asked for
    journal = look(wanted)
    assert world.unbound.rrset(name, "TXT")[1] == ['"old"']

    world.knot.replace(name, "TXT", ttl, '"new"')
    journal += look(wanted)
    moment = schedule([wanted], journal, utc_now()).earliest
    assert moment is not None
    last = _last_old(world, name, lambda values: values == ['"old"'], moment)

    assert last is not None, "the resolver never served the old answer: nothing was tried"
    assert last <= moment
    assert world.unbound.rrset(name, "TXT")[1] == ['"new"']


def test_a_new_name(world, look):
    """Somebody asked too early: the resolver believes in nothing for the negative TTL, and no longer."""
    name = f"selector-new.{DOMAIN}"
    wanted = Wanted(name, "TXT")
    journal = look(wanted)
    assert world.unbound.rrset(name, "TXT")[1] == []

    world.knot.replace(name, "TXT", 60, '"here"')
    journal += look(wanted)
    moment = schedule([wanted], journal, utc_now()).earliest
    assert moment is not None
    last = _last_old(world, name, lambda values: values == [], moment)

    assert last is not None, "the resolver had not cached the absence: nothing was tried"
    assert last <= moment
