"""What every way of changing DNS can do: say what it would do, and do it once."""

from __future__ import annotations

from typing import Protocol

from migrate_mail.dns_changes.model import Change


class Driver(Protocol):
    """One way of changing DNS. The proof is not its job: `apply.py` reads back what it did."""

    @property
    def name(self) -> str:
        """The word for `dns.driver` in migration.yaml."""

    def describe(self, change: Change) -> str:
        """Return what `apply` would do, in lines for the admin; touches nothing."""

    def apply(self, change: Change) -> str | None:
        """Replace `change.before` by `change.after`, only if the zone still holds `before`.

        Return what the server said, or None when only watching can tell (a person makes the
        change). A zone that holds `after` already is fine. Raise Refused when it holds
        anything else, UserError when the settings are wrong (both: nothing was changed), and
        NetError when nobody can say what happened.
        """
