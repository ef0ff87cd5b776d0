"""What the shell offers after TAB, beside commands and options: steps, checks, accounts, domains, runs.

All of it is read from the files and the state beside them. Whatever is wrong with those is for the
command itself to say: here it only means that nothing is offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from migrate_mail.cli.options import DEFAULT_MIGRATION

if TYPE_CHECKING:
    from migrate_mail.run.card import StepCard

Offers = list[tuple[str, str]]
"""What can be put in, with a few words about it."""


def steps(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer ids of steps, and of what `verify --mailboxes` compares the accounts."""
    if ctx.params.get("mailboxes"):
        return accounts(ctx, incomplete)
    return _begin({c.id: c.title for c in _cards(ctx)}.items(), incomplete)


def manual_steps(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer steps that a person confirms: ids, and instances once the bracket is open."""
    mine = [c for c in _cards(ctx) if c.body == "manual"]
    names = {c.key if "[" in incomplete else c.id: c.title for c in mine}
    return _begin(names.items(), incomplete)


def waivable_steps(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer step instances that may be waived."""
    return _begin(((c.key, c.title) for c in _cards(ctx) if c.waivable), incomplete)


def accounts(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer every account, and each domain as a pattern."""
    from migrate_mail.errors import MigrateMailError
    from migrate_mail.inventory.load import load_inventory

    try:
        inventory = load_inventory(_migration(ctx))
    except (MigrateMailError, OSError):
        return []
    every = [
        (f"*@{domain}", "every account of the domain") for domain in inventory.spec.domains
    ]
    every += [(account.address, "") for account in inventory.accounts]
    return _begin(every, incomplete)


def explainable(incomplete: str) -> Offers:
    """Offer checks, tags of findings and codes of errors."""
    from migrate_mail.checks.registry import CHECKS
    from migrate_mail.checks.tags import tags
    from migrate_mail.files.codes import CODES

    every = [(check.id, check.title) for check in CHECKS.values()]
    every += [(tag, "a finding") for tag in tags()] + [(code, "an error") for code in CODES]
    return _begin(every, incomplete)


def families(incomplete: str) -> Offers:
    """Offer families of checks."""
    from migrate_mail.checks.registry import CHECKS

    return _begin(
        [(name, "") for name in sorted({c.partition(".")[0] for c in CHECKS})], incomplete
    )


def runs(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer runs that decided something, the latest first, and `last`."""
    from migrate_mail.errors import MigrateMailError
    from migrate_mail.state.store import STATE_NAME, Store

    try:
        with Store.read(_migration(ctx).parent / STATE_NAME) as store:
            decided = store.verdicts()
    except (MigrateMailError, OSError):
        return []
    last = [("last", "the decision before the latest")] if len(decided) > 1 else []
    rest = [
        (str(run), f"{data['verdict']}, {data['at'][:16]}") for run, data in reversed(decided)
    ]
    return _begin([*last, *rest], incomplete)


def _cards(ctx: typer.Context) -> Iterator[StepCard]:
    from migrate_mail.errors import MigrateMailError
    from migrate_mail.run.project import open_project

    try:
        yield from open_project(_migration(ctx)).plan.card.steps
    except (MigrateMailError, OSError):
        return


def _migration(ctx: typer.Context) -> Path:
    return Path(ctx.params.get("migration") or DEFAULT_MIGRATION)


def _begin(every: Any, incomplete: str) -> Offers:
    return [(name, words) for name, words in every if name.startswith(incomplete)]
