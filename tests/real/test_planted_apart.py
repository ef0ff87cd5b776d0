"""Mailboxes, deliveries, name servers, other days: each planted fault is found by its check, which passes without it."""

from __future__ import annotations

import pytest

from migrate_mail.finding import Outcome
from real.apart import CASES, Scene
from real.healthy import Web, project, publish
from real.servers.world import DOMAIN, NEW_PASSWORDS, OLD_PASSWORDS

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
DORA = f"dora@{DOMAIN}"


@pytest.fixture(scope="module")
def scene(world, tmp_path_factory):
    """Give a world that has moved, with all mail copied."""
    publish(world)
    with Web(world) as web, pytest.MonkeyPatch.context() as patch:
        made = project(world, tmp_path_factory.mktemp("moved"), web.server.port)
        patch.setenv("OLD_SECRET", OLD_PASSWORDS[DORA])
        patch.setenv("NEW_SECRET", NEW_PASSWORDS[DORA])
        scene = Scene(world, web, made)
        scene.eyes().sync()
        yield scene


@pytest.mark.parametrize("name", CASES)
def test_a_planted_fault_is_found_and_its_absence_passes(name, scene):
    """The first shows that the second is not found by chance."""
    case = CASES[name]
    with case.well(scene) as eyes:
        well = eyes.see(case.check, **case.params)
    assert {f.outcome for f in well} == {Outcome.PASS}, well
    with case.planted(scene) as eyes:
        found = eyes.see(case.check, **case.params)
    bad = [f for f in found if f.outcome is Outcome.FAIL]
    assert case.tag in {f.tag for f in bad}, found
    assert all(f.fix for f in bad)
