"""What `cutover` and `rollback --apply` share: the plan is shown, a person agrees, it is made and told."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.console import ask, can_ask, note, out, out_json
from migrate_mail.cli.opening import world_of
from migrate_mail.errors import ExitCode, Refused, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from migrate_mail.run.runner import StepEvent
    from migrate_mail.run.switch import Agree, Bench, Order, Switched
    from migrate_mail.run.switch_plan import SwitchPlan

OverrideOption = Annotated[
    str | None,
    typer.Option(
        "--override",
        metavar="REASON",
        help="Do it although it is refused. The reason is printed in every report after.",
    ),
]
WaitOption = Annotated[
    str,
    typer.Option("--wait", metavar="SPAN", help="How long to watch for the last name server."),
]
PlanOption = Annotated[
    str | None,
    typer.Option(
        "--plan",
        metavar="CHECKSUM",
        help="Refuse when the plan is not the one with this checksum.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before DNS is changed.")]
_NAMED = 3


def order_of(*, by: str, override: str | None, wait: str, checksum: str | None) -> Order:
    """Return what was ordered. Raise UserError for a span that is none."""
    from migrate_mail.files.scalars import parse_duration
    from migrate_mail.run.switch import Order

    try:
        patience = parse_duration(wait)
    except ValueError as error:
        raise UserError(f"--wait: `{wait}`: {error}") from None
    return Order(by, override, checksum, patience)


def must_be_able_to_ask(*, yes: bool) -> None:
    """Refuse to change DNS when nobody said --yes and nobody can be asked."""
    if not yes and not can_ask():
        raise Refused(
            "DNS would be changed, and there is no terminal to ask at",
            hint="look at it with --dry-run; say --yes to go on without a question",
        )


def agreeing(*, yes: bool) -> Agree:
    """Return what shows the plan and asks the person to type what is about to change."""

    def agree(plan: SwitchPlan) -> None:
        from migrate_mail.report.switch_text import plan_text

        note(plan_text(plan))
        note()
        if yes:
            return
        names = [d.domain for d in plan.domains if d.change is not None]
        wanted = " ".join(names) if len(names) <= _NAMED else f"{len(names)} domains"
        if names and ask(f"Type `{wanted}` to change DNS now: ") != wanted:
            raise Refused("nothing was changed: what was typed is not what was asked for")

    return agree


@contextmanager
def open_bench(migration: Path, command: str, *, quiet: bool) -> Iterator[Bench]:
    """Open the migration, its servers and its state file to work on."""
    from migrate_mail.run.project import open_project
    from migrate_mail.run.switch import Bench
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    project = open_project(migration)
    world = world_of(project.inventory)
    with (
        Store.open(state_path(project.inventory), command=command) as store,
        ExitStack() as stack,
    ):
        watch = _late_board(stack, quiet=quiet)
        yield Bench(project.plan, world, store, say=_say, watch=watch)


def _late_board(stack: ExitStack, *, quiet: bool) -> Callable[[StepEvent], None]:
    """Start the live display with the first step: a question cannot be asked under it."""
    from migrate_mail.cli.live import StepBoard

    boards: list[StepBoard] = []

    def watch(event: StepEvent) -> None:
        if not boards:
            boards.append(stack.enter_context(StepBoard(quiet=quiet)))
        boards[0](event)

    return watch


def _say(text: str) -> None:
    from migrate_mail.report.escape import plain

    note("\n".join(plain(line) for line in text.splitlines()))


def tell(command: str, done: Switched, *, as_json: bool, after: Sequence[str]) -> None:
    """Print what was changed and proved. after: what to do next."""
    from migrate_mail.report.switch_text import done_text, record_data

    if as_json:
        out_json(
            {
                "schema": "migrate-mail/switch/v1",
                "command": command,
                "plan": done.plan.to_data(),
                "changes": [record_data(r) for r in done.records],
                "steps": [{"step": r.step, "outcome": r.outcome.value} for r in done.results],
            }
        )
        return
    note()
    out(done_text(done.records, done.ttls) if done.records else _nothing(command, done))
    for line in after:
        out(line)


def _nothing(command: str, done: Switched) -> str:
    if command == "rollback" and not done.plan.domains:
        return "no domain is switched, so there is nothing to take back; nothing was changed"
    return "DNS is as wanted already; nothing was changed"


def exit_code(done: Switched) -> ExitCode:
    """Return what the steps after the change say to the shell."""
    from migrate_mail.finding import Outcome

    outcomes = {r.outcome for r in done.results}
    if Outcome.FAIL in outcomes:
        return ExitCode.NO_GO
    return ExitCode.CANNOT_TELL if Outcome.UNKNOWN in outcomes else ExitCode.GO


def plan_data(command: str, plan: SwitchPlan) -> dict[str, Any]:
    """Return a plan that was only looked at as JSON data."""
    return {"schema": "migrate-mail/switch/v1", "command": command, "plan": plan.to_data()}
