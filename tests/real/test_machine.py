"""A machine without the real servers: skipped in one line, but a failure where nobody would look."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

LACKING = """
import sys
import pytest
from real.servers import world
world.NEEDED = ("no-such-server",)
sys.exit(pytest.main([sys.argv[1], "-k", "sealed or authentic", "-p", "no:cacheprovider"]))
"""
TESTS = Path(__file__).parents[1]


def _pytest_on_a_bare_machine(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("COVERAGE")}
    return subprocess.run(
        [sys.executable, "-c", LACKING, str(TESTS / "real" / "test_servers.py")],
        cwd=TESTS.parent,
        env={**kept, "PYTHONPATH": str(TESTS), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_servers_one_line_says_so():
    """The tests are skipped, and the summary has a single line that names what is missing."""
    done = _pytest_on_a_bare_machine()

    lines = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert done.returncode == 0, done.stdout
    assert len(lines) == 1, done.stdout
    assert lines[0].startswith("SKIPPED [2]")
    assert "this machine lacks no-such-server" in lines[0]


def test_without_the_servers_ci_fails():
    """With CI=true it is a failure: a job that silently tests less is worse than a red one."""
    done = _pytest_on_a_bare_machine(CI="true")

    assert done.returncode == 1, done.stdout
    assert "this machine lacks no-such-server" in done.stdout
    assert "SKIPPED" not in done.stdout
