"""`migrate-mail records`: what is to be published in DNS, ready to paste, beside what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.console import out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.run.to_publish import Publication


def records(
    snapshot: Annotated[
        bool,
        typer.Option(
            "--snapshot", help="Print what was served before the switch, as zone files."
        ),
    ] = False,
    migration: MigrationOption = DEFAULT_MIGRATION,
    json: JsonOption = False,
) -> None:
    """Show every record that the migration publishes: value by value, and as lines of a zone file.

    These are the MX records of the new system and `dns.records` of migration.yaml. Text that
    belongs to others stays. Only authorities are asked; nothing is changed.

    With --snapshot nobody is asked: the last snapshot before the switch is printed, which the check
    dns.snapshot wrote down in the state file. Whatever was changed since can be put back from it.

    Exit codes: 0 all of it is published, 1 some is not yet, 3 a name server said nothing.

    Examples:
      migrate-mail records
      migrate-mail records --json
      migrate-mail records --snapshot > before-the-switch.zone
    """
    if snapshot:
        _snapshots(migration, as_json=json)
        return
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


def _snapshots(migration: Path, *, as_json: bool) -> None:
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.run.snapshot_text import snapshots, zone_lines
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    inventory = load_inventory(migration)
    with Store.read(state_path(inventory)) as store:
        found = snapshots(store, inventory.spec.domains)
    if as_json:
        told = [
            {"domain": one.domain, "zone": one.zone, "whole": one.whole,
             "at": one.at.isoformat(), "rrsets": list(one.rrsets)}
            for one in found
        ]  # fmt: skip
        out_json({"schema": "migrate-mail/snapshot/v1", "snapshots": told})
    else:
        out("\n".join(line for one in found for line in zone_lines(one)))


def _judge(found: Sequence[Publication]) -> ExitCode:
    if any(one.why for one in found):
        return ExitCode.CANNOT_TELL
    return ExitCode.GO if all(one.done for one in found) else ExitCode.NO_GO
