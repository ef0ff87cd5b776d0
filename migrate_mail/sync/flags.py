"""Which of a message's flags new can keep. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

SYSTEM = frozenset({"\\answered", "\\flagged", "\\deleted", "\\seen", "\\draft"})
_ATOM = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
"""A keyword is an atom (RFC 9051 section 9); anything else would be read as something else."""


def keepable(flags: Iterable[str], permanent: AbstractSet[str]) -> tuple[str, ...]:
    r"""Return the flags that a folder with these PERMANENTFLAGS stores, sorted.

    System flags always; keywords when they are legal and the folder knows them or takes new
    ones (`\*`). No PERMANENTFLAGS at all means that everything is kept (RFC 9051 section 7.1).
    """
    named = {f.lower() for f in permanent}
    free = not named or "\\*" in named
    return tuple(sorted(f for f in flags if _kept(f, named, free=free)))


def system_only(flags: Iterable[str]) -> tuple[str, ...]:
    """Return the flags without keywords: the second try when a server refuses a message."""
    return tuple(f for f in flags if f.lower() in SYSTEM)


def _kept(flag: str, named: AbstractSet[str], *, free: bool) -> bool:
    if flag.startswith("\\"):
        return flag.lower() in SYSTEM
    return bool(_ATOM.fullmatch(flag)) and (free or flag.lower() in named)


def one_spelling(flags: Iterable[str]) -> frozenset[str]:
    """Return flags as they are compared (RFC 9051 section 2.3.2: case does not matter)."""
    return frozenset(f.lower() for f in flags)


def same_flags(left: Iterable[str], right: Iterable[str]) -> bool:
    """Tell whether two sets of flags are equal."""
    return one_spelling(left) == one_spelling(right)
