"""`migrate-mail verify`: proof after the switch."""

from __future__ import annotations

from migrate_mail.cli.options import (
    DEFAULT_MIGRATION,
    ByOption,
    JsonOption,
    MigrationOption,
    who,
)
from migrate_mail.cli.preflight import FailOnOption, FreshOption, OnlyOption


def verify(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: OnlyOption = None,
    fresh: FreshOption = False,
    fail_on: FailOnOption = "cannot-tell",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Prove that mail arrives on new, that nothing was left behind, and that nobody is bounced.

    GO means stay; NO-GO means mend it, or go back with `migrate-mail rollback`.

    Examples:
      migrate-mail verify
      migrate-mail verify --only mail-by-mx
    """
    from migrate_mail.cli.looking import look_and_show
    from migrate_mail.run.gate import AFTER_SWITCH
    from migrate_mail.run.looking import Look

    look = Look("verify", who(by), AFTER_SWITCH, AFTER_SWITCH, frozenset(only or []), fresh)
    look_and_show(migration, look, as_json=json, fail_on=fail_on)
