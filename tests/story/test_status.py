"""One screen that tells where a migration is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from support.office import open_office


@pytest.fixture
def office(tmp_path):
    """A company that moves."""
    with scene() as company:
        yield open_office(company, tmp_path / "project")


def _plan(office, days: float) -> None:
    """Plan the cutover so many days from now."""
    at = datetime.now(UTC) + timedelta(days=days)
    text = re.sub(r'cutover: \{at: "[^"]*"', f'cutover: {{at: "{at:%Y-%m-%dT%H:%M:%S}+00:00"', office.migration.read_text())  # fmt: skip
    office.migration.write_text(text)


def test_what_is_next_and_what_is_overdue(office):
    """Three weeks before nothing is overdue; the day before, what nobody confirmed is, with its owner."""
    _plan(office, 21)
    office.run("preflight", ends=ExitCode.NO_GO)
    early = office.run("status").out
    assert "NO-GO" in early
    assert "overdue" not in early
    assert "[announced]" in early.partition("next:")[2]

    _plan(office, 1)
    office.run("preflight", ends=ExitCode.NO_GO)
    late = office.run("status", ends=ExitCode.NO_GO).out
    told = office.run("status", "--json", ends=ExitCode.NO_GO).json
    assert "[announced]" in late.partition("overdue:")[2].partition("next:")[0]
    assert "Mia Berger" in late
    assert told["overdue"][0]["step"] == "announced"
