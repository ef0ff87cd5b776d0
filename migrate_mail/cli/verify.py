"""`migrate-mail verify`: proof after the switch."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate_mail.cli.options import (
    DEFAULT_MIGRATION,
    ByOption,
    JsonOption,
    MigrationOption,
    who,
)
from migrate_mail.cli.preflight import FailOnOption, FreshOption, OnlyOption

MailboxesOption = Annotated[
    bool,
    typer.Option(
        "--mailboxes",
        help="Compare every mailbox on both sides instead, message by message (--only then names accounts).",
    ),
]
DeepOption = Annotated[
    bool, typer.Option("--deep", help="With --mailboxes: read the content of every message.")
]
SampleOption = Annotated[
    int,
    typer.Option(
        "--sample", min=0, help="With --mailboxes: contents to read of each account, by chance."
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Draw the same sample as a run before.")
]


def verify(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: OnlyOption = None,
    fresh: FreshOption = False,
    fail_on: FailOnOption = "cannot-tell",
    mailboxes: MailboxesOption = False,
    deep: DeepOption = False,
    sample: SampleOption = 60,
    seed: SeedOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Prove that mail arrives on new, that nothing was left behind, and that nobody is bounced.

    GO means stay; NO-GO means mend it, or go back with `migrate-mail rollback`. With --mailboxes:
    exit code 0 equal, 1 something is missing or differs, 3 could not be looked at.

    Examples:
      migrate-mail verify
      migrate-mail verify --mailboxes --only '*@example.org' --deep
      migrate-mail verify --only mail-by-mx
    """
    if mailboxes:
        import secrets

        from migrate_mail.cli.mailboxes import compare_mailboxes
        from migrate_mail.sync.proof import Depth

        drawn = seed if seed is not None else secrets.randbelow(10**6)
        depth = Depth(deep=deep, sample=sample, seed=drawn)
        compare_mailboxes(migration, only or [], [], depth, as_json=json)
    from migrate_mail.cli.looking import look_and_show
    from migrate_mail.run.gate import AFTER_SWITCH
    from migrate_mail.run.looking import Look

    look = Look("verify", who(by), AFTER_SWITCH, AFTER_SWITCH, frozenset(only or []), fresh)
    look_and_show(migration, look, as_json=json, fail_on=fail_on)
