"""Which accounts a command works on: address globs, refused when they match nobody. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from migrate_mail.errors import UserError
from migrate_mail.inventory.model import Account


def select(
    accounts: Sequence[Account], only: Sequence[str], exclude: Sequence[str]
) -> list[Account]:
    """Return the accounts that match one of `only` (all, when there is none) and none of `exclude`.

    Raise UserError for a pattern of `only` that matches nobody: it is a typing error.
    """
    for pattern in only:
        if not any(_matches(a, [pattern]) for a in accounts):
            known = ", ".join(a.address for a in accounts[:5])
            raise UserError(
                f"no account matches --only {pattern!r}", hint=f"accounts are: {known}..."
            )
    chosen = [
        a for a in accounts if (not only or _matches(a, only)) and not _matches(a, exclude)
    ]
    if not chosen:
        raise UserError(
            "no account is left to work on", hint="see --only, --exclude and accounts.csv"
        )
    return chosen


def _matches(account: Account, patterns: Sequence[str]) -> bool:
    address = account.address.lower()
    return any(fnmatchcase(address, pattern.lower()) for pattern in patterns)
