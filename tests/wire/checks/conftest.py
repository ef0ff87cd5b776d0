"""Eyes on the lab, which is healthy until a test breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.seeing import Eyes, hurried, open_eyes


@pytest.fixture
def eyes(project: Path) -> Eyes:
    """Give what runs checks against the scene."""
    return open_eyes(project, change=hurried)
