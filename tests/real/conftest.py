"""Fixtures of the tests against real servers; without the servers one line says so."""

from __future__ import annotations

import os

import pytest

from real.servers.world import World, missing

LACKS = "real servers: this machine lacks"


@pytest.fixture(scope="session", autouse=True)
def machine():
    """Skip where the servers cannot run; with CI=true that is a failure: nobody would notice."""
    lacking = missing()
    if not lacking:
        return
    reason = f"{LACKS} {', '.join(lacking)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Give all these skips one place, so that the summary has one line for them."""
    report = yield
    if report.skipped and LACKS in str(report.longrepr):
        report.longrepr = (__file__, 0, report.longrepr[2])
    return report


@pytest.fixture(scope="module")
def world(machine):
    """Start a world for each module: fresh zones, empty queues, mail only at old."""
    with World() as started:
        started.seed()
        yield started
