"""Whole commands as processes of their own, against servers of this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate_mail.lab.scene import scene
from support.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a healthy company; nothing is wrong until the test plants it."""
    with scene() as company:
        yield open_office(company, tmp_path / "project")
