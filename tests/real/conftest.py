"""Fixtures of the tests against real servers; without the servers one line says so."""

from __future__ import annotations

import os

import pytest

from real.servers.world import World, missing


@pytest.fixture(scope="session")
def machine():
    """Skip where the servers cannot run; with CI=true that is a failure: nobody would notice."""
    lacking = missing()
    if not lacking:
        return
    reason = f"real servers: this machine lacks {', '.join(lacking)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def world(machine):
    """Start a world for each module: fresh zones, empty queues, mail only at old."""
    with World() as started:
        started.seed()
        yield started
