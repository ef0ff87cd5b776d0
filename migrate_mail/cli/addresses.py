"""`migrate-mail addresses`: the inventory of addresses out of what an admin has, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode, UserError

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Address, Inventory
    from migrate_mail.inventory.sources import Found

_MOST = 20_000
"""Newest messages of a mailbox that are looked at."""
_KINDS = ("postfix", "aliases", "ldif", "csv", "log")


FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        help="Postfix maps, /etc/aliases, directory exports (LDIF, CSV), mail logs.",
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help=f"What the files are: {', '.join(_KINDS)}. Default: guess."),
]
MailboxesOption = Annotated[
    bool,
    typer.Option(
        "--from-mailboxes",
        help="Also those that mail of the last days was delivered for, read at old.",
    ),
]
DaysOption = Annotated[
    int, typer.Option("--days", min=1, max=3650, help="How far back mailboxes are read.")
]
MissingOption = Annotated[
    bool, typer.Option("--missing", help="Only what the inventory does not have.")
]


def addresses(
    files: FilesArgument = None,
    migration: MigrationOption = DEFAULT_MIGRATION,
    kind: KindOption = None,
    mailboxes: MailboxesOption = False,
    days: DaysOption = 31,
    missing: MissingOption = False,
    json: JsonOption = False,
) -> None:
    """Collect the addresses of your domains from files of the old system, as rows for addresses.csv.

    With the mail log of old, or its mailboxes, and --missing it tells which addresses really
    received mail and are in no list: those that will bounce.

    Exit codes: 0 done, 1 with --missing there are some, 2 a file cannot be read, 3 a mailbox
    cannot be read.

    Examples:
      migrate-mail addresses /etc/postfix/virtual /etc/aliases > addresses.csv
      migrate-mail addresses --missing /var/log/mail.log
      migrate-mail addresses --missing --from-mailboxes --days 90
    """
    from migrate_mail.inventory.load import load_domains, load_inventory

    if kind is not None and kind not in _KINDS:
        raise UserError(
            f"--kind {kind}: there is no such kind", hint=f"say one of {', '.join(_KINDS)}"
        )
    if not files and not mailboxes:
        raise UserError("nothing to read", hint="name files, or say --from-mailboxes")
    found = [_read(path, kind, load_domains(migration)) for path in files or ()]
    collected = {a.address: a for one in found for a in one.addresses}
    inventory = load_inventory(migration) if mailboxes or missing else None
    unread = False
    if mailboxes and inventory:
        more, unread = _delivered(inventory, days)
        collected |= {a.address: a for a in more if a.address not in collected}
    rows = list(collected.values())
    if missing and inventory:
        from migrate_mail.checks.listed import is_listed

        rows = [a for a in rows if not is_listed(inventory, a.address)]
    for path, one in zip(files or (), found, strict=True):
        left = f", {one.passed_over} entries gave none" if one.passed_over else ""
        note(f"{path}: read as {one.kind}: {len(one.addresses)} addresses{left}")
    _show(rows, as_json=json)
    if unread:
        raise typer.Exit(ExitCode.CANNOT_TELL)
    raise typer.Exit(ExitCode.NO_GO if missing and rows else ExitCode.GO)


def _delivered(inventory: Inventory, days: int) -> tuple[list[Address], bool]:
    """Return what mail was delivered for at old, and whether a mailbox could not be read."""
    from datetime import timedelta

    from migrate_mail.cli.opening import world_of
    from migrate_mail.errors import NetError, SecretError
    from migrate_mail.finding import utc_now
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.receivers import receivers_in

    world = world_of(inventory)
    doors = Doors(inventory, world.imap, world.secret, world.renewed)
    since, unread = utc_now() - timedelta(days=days), False
    seen: dict[str, set[str]] = {}
    for account in inventory.accounts:
        try:
            with doors.old(account) as old:
                for _, found in receivers_in(old, "INBOX", since, _MOST):
                    for address in found.delivered:
                        seen.setdefault(address, set()).add(account.address)
        except (NetError, SecretError) as error:
            note(f"{account.address}: cannot be read: {error.told}")
            unread = True
    mine = [
        _row(address, sorted(seen[address]))
        for address in sorted(seen)
        if address.rpartition("@")[2] in inventory.spec.domains
    ]
    note(
        f"mailboxes at old: mail since {since:%Y-%m-%d} was for {len(mine)} addresses of yours"
    )
    return mine, unread


def _row(address: str, accounts: Sequence[str]) -> Address:
    """Return an address with what it must be, by the accounts that got its mail."""
    from migrate_mail.inventory.model import Address

    if address in accounts:
        return Address(address, "mailbox")
    if len(accounts) > 1:
        return Address(address, "group")
    return Address(address, "alias", accounts[0])


def _read(path: Path, kind: str | None, domains: Sequence[str]) -> Found:
    from typing import cast

    from migrate_mail.inventory.sources import SourceKind, kind_of, read_addresses

    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    what = cast("SourceKind", kind) if kind else kind_of(path.name, text)
    return read_addresses(what, text, domains)


def _show(rows: Sequence[Address], *, as_json: bool) -> None:
    if as_json:
        told = [{"address": a.address, "kind": a.kind, "target": a.target} for a in rows]
        out_json({"schema": "migrate-mail/addresses/v1", "addresses": told})
        return
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("address", "kind", "target"))
    writer.writerows((a.address, a.kind, a.target) for a in rows)
    out(text.getvalue().rstrip("\n"))
