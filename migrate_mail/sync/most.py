"""How many copies may be removed: `20`, or `5%` of those that an account has. PURE."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from migrate_mail.errors import UserError

_NUMBER = re.compile(r"(\d{1,9})(%?)")
_FEW = 10
"""A percentage allows at least so many: a tenth of a small mailbox is nothing."""


@dataclass(frozen=True, slots=True)
class Most:
    """A cap on removals: a number of messages, or a part of those that are there."""

    count: int
    percent: bool = False

    def of(self, held: int) -> int:
        """Return how many may go of so many copies."""
        if not self.percent:
            return self.count
        return max(_FEW, math.floor(held * self.count / 100)) if self.count else 0

    def refusal(self, many: int, held: int) -> UserError | None:
        """Return why so many of so many copies are not removed; None when they may be."""
        if many <= self.of(held):
            return None
        text = f"{many} of {held} copies would be removed, at most {self} may be: none is"
        return UserError(
            text, hint=f"look at the list; if old is right, say --max-delete {many}"
        )

    def __str__(self) -> str:
        return f"{self.count} %" if self.percent else f"{self.count}"


DEFAULT_MOST = Most(10, percent=True)


def read_most(text: str) -> Most:
    """Read what --max-delete was given; UserError with what was seen and wanted."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or (found[2] and int(found[1]) > 100):
        raise UserError(
            f"--max-delete {text!r} is no number of messages and no percentage",
            hint="say --max-delete 50 or --max-delete 5%",
        )
    return Most(int(found[1]), bool(found[2]))
