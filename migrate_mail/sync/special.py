"""Which folder is Sent, Drafts, Trash, Junk or Archive: by attribute, else by a well-known name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.special_names import WELL_KNOWN
from migrate_mail.sync.spelling import key

USES = tuple(WELL_KNOWN)
"""The attributes of RFC 6154 that stand for one real folder (\\All and \\Flagged are views)."""
_NAMES = {use: tuple(key(name) for name in names) for use, names in WELL_KNOWN.items()}


def by_attribute(folders: Sequence[FolderInfo]) -> dict[str, str]:
    """Return special use -> folder name, as the server itself declares them (first one wins)."""
    found: dict[str, str] = {}
    for folder in sorted(folders, key=lambda f: f.name):
        use = (folder.special_use or "").lower()
        if use in USES and folder.selectable:
            found.setdefault(use, folder.name)
    return found


def by_name(leaves: Mapping[str, str], uses: Collection[str]) -> dict[str, str]:
    """Return special use -> folder name by well-known names, for the uses that are not in `uses`.

    leaves: last part of the name -> whole name, of the folders that come into question.
    """
    known = {key(leaf): name for leaf, name in sorted(leaves.items(), reverse=True)}
    found: dict[str, str] = {}
    for use in (u for u in USES if u not in uses):
        name = next((known[n] for n in _NAMES[use] if n in known), None)
        if name is not None:
            found[use] = name
    return found


def is_junk(folder: str, special_use: str | None) -> bool:
    """Tell whether a folder is where a filter puts what it does not trust: by attribute, else by name."""
    if special_use is not None:
        return special_use.lower() == "\\junk"
    leaf = re.split(r"[/.]", folder)[-1]
    return key(leaf) in _NAMES["\\junk"]


def said(use: str) -> str:
    r"""Return a special use as the RFC spells it: `\Sent`."""
    return use[:2].upper() + use[2:]
