"""`migrate-mail cutover`: make new the MX, through the gate, provably and undoably."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from migrate_mail.run.switch_plan import SwitchPlan
    from migrate_mail.state.store import Store


def cutover(
    migration: MigrationOption = DEFAULT_MIGRATION,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, change nothing.")
    ] = False,
    override: OverrideOption = None,
    wait: WaitOption = "10m",
    plan: PlanOption = None,
    yes: YesOption = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Change the MX records to the new system, then run the steps of phase cutover.

    Refused unless the verdict is GO or CONDITIONAL. Only the MX RRset is changed, only if it
    still is what the plan was made from, and it is read back from every name server. After an
    interruption run it again: it looks before it acts.

    Examples:
      migrate-mail cutover --dry-run
      migrate-mail cutover --by "Ben Keller"
      migrate-mail cutover --yes --plan 3f9a1c0b22d4e6f1
    """
    from migrate_mail.cli.switching import (
        agreeing,
        exit_code,
        must_be_able_to_ask,
        open_bench,
        order_of,
        tell,
    )
    from migrate_mail.run.switch import cut_over

    order = order_of(by=who(by), override=override, wait=wait, checksum=plan)
    if dry_run:
        _preview(migration, plan, as_json=json)
        return
    must_be_able_to_ask(yes=yes)
    with open_bench(migration, "cutover", quiet=json) as bench:
        done = cut_over(bench, order, agreeing(yes=yes))
    after = [
        "next: migrate-mail sync (what still arrives at old), then migrate-mail verify",
        "the way back: migrate-mail rollback",
    ]
    tell("cutover", done, as_json=json, after=after)
    raise typer.Exit(exit_code(done))


def _preview(migration: Path, checksum: str | None, *, as_json: bool) -> None:
    from migrate_mail.cli.console import out, out_json
    from migrate_mail.cli.opening import world_of
    from migrate_mail.cli.switching import plan_data
    from migrate_mail.report.switch_text import plan_text
    from migrate_mail.run.project import open_project
    from migrate_mail.run.switch import preview_cutover
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    project = open_project(migration)
    world = world_of(project.inventory)
    path = state_path(project.inventory)
    if path.exists():
        with Store.read(path) as store:
            plan = preview_cutover(project.plan, world, store)
            _say_unfinished(store)
    else:
        plan = preview_cutover(project.plan, world, None)
    plan.must_be(checksum)
    if as_json:
        out_json(plan_data("cutover", plan))
        return
    out(plan_text(plan))
    out(_gate_line(plan))


def _say_unfinished(store: Store) -> None:
    from migrate_mail.cli.console import note
    from migrate_mail.dns_changes.apply import unfinished

    for change in unfinished(store):
        note(
            f"{change.domain}: a {change.kind} was {change.last_event} and not proved;"
            " `cutover` looks at it first"
        )


def _gate_line(plan: SwitchPlan) -> str:
    """Say what the gate would do with this plan, and how to apply exactly this one."""
    if not plan.changes:
        return "dry run: there is nothing to change"
    apply = f"migrate-mail cutover --plan {plan.checksum[:16]}"
    if plan.verdict is None:
        return (
            f"dry run: nothing was looked at yet; run `migrate-mail preflight`, then `{apply}`"
        )
    word = plan.verdict.word.value
    if word in {"GO", "CONDITIONAL"}:
        return (
            f"dry run: nothing was changed. The verdict is {word}; to apply this plan: {apply}"
        )
    return f"dry run: nothing was changed. It would be refused: the verdict is {word}"
