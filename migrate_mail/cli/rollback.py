"""`migrate-mail rollback`: the way back as a plan, and with --apply the automatic part of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.options import (
    DEFAULT_MIGRATION,
    ByOption,
    JsonOption,
    MigrationOption,
    who,
)
from migrate_mail.cli.switching import OverrideOption, PlanOption, WaitOption, YesOption

if TYPE_CHECKING:
    from migrate_mail.run.rollback import RollbackPlan
    from migrate_mail.state.store import Store

FORMATS = ("text", "markdown", "json")


def rollback(
    migration: MigrationOption = DEFAULT_MIGRATION,
    apply: Annotated[
        bool,
        typer.Option("--apply/--dry-run", help="Take the MX back, or only show the way back."),
    ] = False,
    override: OverrideOption = None,
    wait: WaitOption = "10m",
    plan: PlanOption = None,
    yes: YesOption = False,
    by: ByOption = None,
    style: Annotated[
        str, typer.Option("--format", "-f", help="text, markdown or json.")
    ] = "text",
    json: JsonOption = False,
) -> None:
    """Show the way back with its times; with --apply, take the MX back to what it was.

    Without --apply it reads only the state file: it works offline, at any time, also before the
    switch. With --apply the stored inverse is published, if DNS still holds what the switch
    left there; past the point of no return that is refused.

    Examples:
      migrate-mail rollback
      migrate-mail rollback --apply --by "Ben Keller"
    """
    from migrate_mail.errors import UserError

    chosen = "json" if json else style
    if chosen not in FORMATS:
        raise UserError(
            f"--format: there is no `{chosen}`", hint=f"one of: {', '.join(FORMATS)}"
        )
    if apply:
        words = {"override": override, "wait": wait, "checksum": plan, "by": who(by)}
        _apply(migration, words, yes=yes, as_json=chosen == "json")
        return
    _show(migration, chosen)


def _show(migration: Path, style: str) -> None:
    from migrate_mail.cli.console import out, out_json
    from migrate_mail.report.rollback_text import rollback_markdown, rollback_text
    from migrate_mail.state.store import STATE_NAME, Store

    with Store.read(migration.parent / STATE_NAME) as store:
        plan = _plan(store)
    if style == "json":
        out_json({"schema": "migrate-mail/rollback/v1", **plan.to_data()})
    else:
        out(rollback_markdown(plan) if style == "markdown" else rollback_text(plan))


def _plan(store: Store) -> RollbackPlan:
    """Return the way back from what is recorded, with people's names in it."""
    from migrate_mail.errors import StateError
    from migrate_mail.finding import utc_now
    from migrate_mail.run.card import PlanCard
    from migrate_mail.run.decision import facts_of
    from migrate_mail.run.rollback import plan_rollback

    data = store.latest_plan()
    if data is None:
        raise StateError(
            f"{store.path}: no plan was recorded yet, so there is no way back to show",
            hint="run `migrate-mail preflight` first",
        )
    card = PlanCard.from_data(data)
    plan = plan_rollback(card, facts_of(store), utc_now(), store.ttl_journal())
    names = {p.key: f"{p.name} ({p.contact})" if p.contact else p.name for p in card.people}
    steps = (replace(s, owner=names.get(s.owner or "", s.owner)) for s in plan.steps)
    return replace(plan, steps=tuple(steps))


def _apply(migration: Path, words: dict[str, Any], *, yes: bool, as_json: bool) -> None:
    from migrate_mail.cli.switching import (
        agreeing,
        must_be_able_to_ask,
        open_bench,
        order_of,
        tell,
    )
    from migrate_mail.report.rollback_text import rollback_text
    from migrate_mail.run.switch import roll_back

    order = order_of(**words)
    must_be_able_to_ask(yes=yes)
    with open_bench(migration, "rollback", quiet=as_json) as bench:
        done = roll_back(bench, order, agreeing(yes=yes))
        left = _plan(bench.store)
    tell("rollback", done, as_json=as_json, after=["", rollback_text(left)])
