"""`migrate-mail ledger`: what became of every message, from the state file alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.completing import accounts
from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.state.records import SyncFailure
    from migrate_mail.sync.ledger import Ledger, Page

MANY = 20
"""Messages that the terminal lists for an account; all of them are in --csv and --json."""


def ledger(
    migration: MigrationOption = DEFAULT_MIGRATION,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="GLOB",
            help="Only accounts that match (repeatable).",
            autocompletion=accounts,
        ),
    ] = None,
    folders: Annotated[
        bool, typer.Option("--folders", help="A line for each folder, not only the sums.")
    ] = False,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", help="Write every message that was not copied to this file."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what became of every message: copied, there already, skipped, failed; and that it adds up.

    Every message that was not copied is named: folder, UID, date, sender, subject, size, why,
    and what to do. What Gmail, as new, holds as one with an equal message counts as there
    already, and is named too. Reads only the state file: works offline, also while a sync runs.

    Exit codes: 0 it adds up and nothing failed, 1 something failed, 3 it does not add up, or a
    folder was not looked through to its end.

    Examples:
      migrate-mail ledger --folders
      migrate-mail ledger --csv not-copied.csv
    """
    found = _read(migration, only or [])
    if csv is not None:
        from migrate_mail.files.csv_write import write_csv

        write_csv(csv, COLUMNS, (_row(f) for f in found.not_copied))
        note(f"wrote {csv}: {len(found.not_copied)} messages and folders")
    if json:
        out_json(ledger_data(found))
    else:
        out("\n".join(ledger_lines(found, folders=folders)))
    raise typer.Exit(_judge(found))


COLUMNS = (
    "account", "folder", "uid", "date", "from", "subject", "size", "kind", "reason", "remedy",
)  # fmt: skip


def _read(migration: Path, only: list[str]) -> Ledger:
    from fnmatch import fnmatchcase

    from migrate_mail.errors import UserError
    from migrate_mail.state.store import STATE_NAME, Store
    from migrate_mail.sync.ledger import Ledger, ledger

    with Store.read(migration.parent / STATE_NAME) as store:
        entered = [*store.sync.failures(), *store.sync.merged_by_name()]
        found = ledger(store.sync.books(), entered)
    if not found.accounts:
        raise UserError("no mail was synced yet", hint="migrate-mail sync --dry-run")
    if not only:
        return found

    def wanted(account: str) -> bool:
        return any(fnmatchcase(account.lower(), glob.lower()) for glob in only)

    pages = tuple(p for p in found.pages if wanted(p.book.account))
    named = tuple(f for f in found.not_copied if wanted(f.account))
    if not pages and not named:
        raise UserError(
            f"no account matches --only {', '.join(only)}",
            hint=f"accounts are: {', '.join(found.accounts[:5])}",
        )
    return Ledger(pages, named)


def _judge(found: Ledger) -> ExitCode:
    if found.problems:
        return ExitCode.CANNOT_TELL
    return ExitCode.NO_GO if found.failed else ExitCode.GO


def ledger_lines(found: Ledger, *, folders: bool) -> Iterator[str]:
    """Yield the ledger as text: the sums of each account, what was not copied, the sum of all."""
    for account in found.accounts:
        mine = found.of(account)
        yield f"{account}: {_sums(mine)}"
        for page in mine.pages:
            if folders or page.problem:
                yield from _page(page)
        yield from _named(mine.not_copied)
    yield ""
    yield f"all: {_sums(found)}"
    wrong = len(found.problems)
    yield (
        f"{wrong} folders do NOT add up: run migrate-mail sync again" if wrong else "it adds up"
    )


def _sums(found: Ledger) -> str:
    sums = found.sums()
    return (
        f"{sums.found} found in {sums.folders} folders = {sums.copied} copied"
        f" + {sums.already} there already + {sums.skipped} skipped + {sums.failed} failed"
    )


def _page(page: Page) -> Iterator[str]:
    book, look = page.book, page.book.look
    name = book.old_name if book.old_name == book.new_name else f"{book.old_name} -> {book.new_name}"  # fmt: skip
    if look is not None:
        yield (
            f"    {name}: {look.found} = {look.copied} + {look.already} + {look.skipped}"
            f" + {look.failed}"
        )
    for word, reasons in (("skipped", page.skipped_for), ("failed", page.failed_for)):
        yield from (f"        {many} {word}: {why}" for why, many in reasons)
    if page.problem:
        yield f"    !!  {name}: {page.problem}"


def _named(failures: tuple[SyncFailure, ...]) -> Iterator[str]:
    for failure in failures[:MANY]:
        what = "the folder" if failure.uid is None else f"UID {failure.uid}"
        about = ", ".join(t for t in (failure.date, failure.sender, failure.subject) if t)
        about = f" ({about})" if about else ""
        todo = f"; {failure.remedy}" if failure.remedy else ""
        yield f"    {failure.kind}  {failure.folder}: {what}{about}: {failure.reason}{todo}"
    if len(failures) > MANY:
        yield f"    and {len(failures) - MANY} more: migrate-mail ledger --csv FILE"


def ledger_data(found: Ledger) -> dict[str, Any]:
    """Return the ledger as data."""
    from dataclasses import asdict

    return {
        "schema": "migrate-mail/ledger/v1",
        "adds_up": not found.problems,
        "sums": asdict(found.sums()),
        "folders": [_page_data(page) for page in found.pages],
        "not_copied": [dict(zip(COLUMNS, _row(f), strict=True)) for f in found.not_copied],
    }


def _page_data(page: Page) -> dict[str, Any]:
    book = page.book._asdict()
    look = book.pop("look")
    if look is not None:
        book["look"] = look._asdict() | {"at": look.at.isoformat()}
    return {
        **book,
        "skipped_for": dict(page.skipped_for),
        "failed_for": dict(page.failed_for),
        "problem": page.problem,
    }


def _row(failure: SyncFailure) -> tuple[Any, ...]:
    return (
        failure.account, failure.folder, failure.uid, failure.date, failure.sender,
        failure.subject, failure.size, failure.kind, failure.reason, failure.remedy,
    )  # fmt: skip
