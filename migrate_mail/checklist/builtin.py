"""The checklists that come with the program: `builtin:NAME`."""

from __future__ import annotations

from pathlib import Path

import migrate_mail

PREFIX = "builtin:"
_PACKAGE = Path(migrate_mail.__file__).parent


def folder() -> Path:
    """Return where the shipped checklists lie: inside the wheel, or in the checkout."""
    shipped = _PACKAGE / "_checklists"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "checklists"


def names() -> list[str]:
    """Return the names of the shipped checklists."""
    home = folder()
    return sorted(str(p.relative_to(home).with_suffix("")) for p in home.rglob("*.yaml"))


def path_of(name: str) -> Path | None:
    """Return the file of a shipped checklist; None when there is none of this name."""
    return folder() / f"{name}.yaml" if name in names() else None
