"""A healthy small company on loopback, for every test that talks to servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate_mail.lab.company import Company
from migrate_mail.lab.scene import scene


@pytest.fixture
def lab() -> Iterator[Company]:
    """Give a healthy scene: nothing is wrong until the test plants it."""
    with scene() as company:
        yield company


@pytest.fixture
def project(lab: Company, tmp_path: Path) -> Path:
    """Give the path of the migration.yaml that describes the scene."""
    return lab.write_project(tmp_path / "project")
