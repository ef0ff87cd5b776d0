"""`migrate-mail records`: what is to be published in DNS, ready to paste, beside what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from migrate_mail.cli.console import out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.run.to_publish import Publication


def records(migration: MigrationOption = DEFAULT_MIGRATION, json: JsonOption = False) -> None:
    """Show every record that the migration publishes: value by value, and as lines of a zone file.

    These are the MX records of the new system and `dns.records` of migration.yaml. Text that
    belongs to others stays. Only authorities are asked; nothing is changed.

    Exit codes: 0 all of it is published, 1 some is not yet, 3 a name server said nothing.

    Examples:
      migrate-mail records
      migrate-mail records --json
    """
    from migrate_mail.cli.opening import world_of
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.run.to_publish import lines, to_publish

    found = to_publish(world_of(load_inventory(migration)))
    if json:
        told = [
            {
                "name": one.name, "type": one.rtype, "done": one.done, "problem": one.why,
                "before": [list(b.values) for b in one.before], "after": one.after.to_data(),
                "added": list(one.added), "removed": list(one.removed),
            }
            for one in found
        ]  # fmt: skip
        out_json({"schema": "migrate-mail/records/v1", "records": told})
    else:
        out("\n".join(lines(found)))
    raise typer.Exit(_judge(found))


def _judge(found: Sequence[Publication]) -> ExitCode:
    if any(one.why for one in found):
        return ExitCode.CANNOT_TELL
    return ExitCode.GO if all(one.done for one in found) else ExitCode.NO_GO
