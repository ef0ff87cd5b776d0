"""`migrate-mail observe` and `migrate-mail schedule`: what the name servers serve, and when it is safe to switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import DEFAULT_MIGRATION, JsonOption, MigrationOption
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.run.clock import DomainClock
    from migrate_mail.timeline.schedule import After, Term


def observe(migration: MigrationOption = DEFAULT_MIGRATION, json: JsonOption = False) -> None:
    """Write down what every name server serves now, with its TTL. Quiet, made for cron.

    The more often it runs, the better is known when an old answer has run out of caches. It
    works beside a long command such as sync.

    Exit codes: 0 all name servers answered, 3 some did not (named on stderr).

    Examples:
      migrate-mail observe
      migrate-mail observe --json
    """
    from migrate_mail.cli.opening import world_of
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.run.clock import look
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    inventory = load_inventory(migration)
    served, silent = look(world_of(inventory))
    with Store.open_beside(state_path(inventory), command="observe") as store:
        store.observe_ttls(served)
    for one in silent:
        note(f"{one.name} {one.rtype}: {one.reason}")
    if json:
        rows = [{"name": o.name, "type": o.rtype, "ttl": o.ttl, "value": o.value,
                 "server": o.server, "at": o.at.isoformat()} for o in served]  # fmt: skip
        out_json({"schema": "migrate-mail/observe/v1", "served": rows,
                  "silent": [{"name": s.name, "type": s.rtype, "reason": s.reason} for s in silent]})  # fmt: skip
    raise typer.Exit(ExitCode.CANNOT_TELL if silent else ExitCode.GO)


def schedule(
    migration: MigrationOption = DEFAULT_MIGRATION,
    ics: Annotated[
        Path | None, typer.Option("--ics", help="Write the moments to a calendar file.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Draw the timeline into an SVG file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell the earliest safe moment to switch, which record binds it and why, and what follows.

    Reads only migration.yaml and the state file: run migrate-mail observe before.

    After the switch: until when caches hold the old MX, and when old may go.

    Exit codes: 0 it is safe now, 1 not yet (the text says when), 3 not known.

    Examples:
      migrate-mail schedule
      migrate-mail schedule --ics cutover.ics --svg timeline.svg
    """
    from migrate_mail.errors import UserError
    from migrate_mail.finding import utc_now
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.run.clock import clocks
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store

    inventory, now = load_inventory(migration), utc_now()
    path = state_path(inventory)
    if not path.exists():
        raise UserError("nothing was observed yet", hint="migrate-mail observe")
    with Store.read(path) as store:
        found = clocks(inventory, store, now)
    if ics is not None:
        from migrate_mail.report.calendar import calendar

        ics.write_text(calendar(found, now), encoding="utf-8", newline="")
        note(f"wrote {ics}")
    if svg is not None:
        from migrate_mail.report.timeline_svg import draw

        svg.write_text(draw(found), encoding="utf-8", newline="")
        note(f"wrote {svg}")
    if json:
        out_json({"schema": "migrate-mail/schedule/v1", "domains": [_data(c) for c in found]})
    else:
        out("\n".join(line for clock in found for line in lines(clock)))
    raise typer.Exit(_judge(found))


def _judge(found: Sequence[DomainClock]) -> ExitCode:
    words = {c.schedule.word for c in found}
    if "unknown" in words:
        return ExitCode.CANNOT_TELL
    return ExitCode.GO if all(c.settled for c in found) else ExitCode.NO_GO


def lines(clock: DomainClock) -> Iterator[str]:
    """Yield the clock of one domain as text: the moment, what binds it, what follows, every term."""
    found, term = clock.schedule, clock.schedule.binding
    if term is None:
        return
    if clock.switched is not None and clock.after is not None:
        yield from _after_switch(clock.after, settled=clock.settled, domain=clock.domain)
    else:
        yield from _before_switch(clock, term)
    if clock.policy is not None and clock.policy.until > found.now:
        yield f"  senders that trust their cache may hold the MTA-STS policy of before until {_moment(clock.policy.until)}"
        yield f"  (max_age {clock.policy.was.ttl} s; those that follow RFC 8461 section 5 ask anew before they give up)"
    yield from _picture(clock)
    yield ""


def _after_switch(told: After, *, settled: bool, domain: str) -> Iterator[str]:
    since = "since" if settled else "by"
    yield f"{domain}: switched {_moment(told.switch)}, everyone has {since} {_moment(told.everyone)};"
    yield f"  taken back now, everyone is back by {_moment(told.back)}; old off not before {_moment(told.old_off)}"


def _before_switch(clock: DomainClock, term: Term) -> Iterator[str]:
    found = clock.schedule
    what = f"{term.name} {term.rtype}"
    if found.word == "unknown":
        yield f"{clock.domain}: not known when, because {what}: {term.why}"
    elif found.word == "waits":
        yield f"{clock.domain}: not before {_moment(term.at)}, and only if this is mended now"
        yield f"  because {what}: {term.why}"
    elif found.earliest is not None and found.earliest <= found.now:
        yield f"{clock.domain}: safe now (since {_moment(found.earliest)}, {what}: {term.why})"
    else:
        yield f"{clock.domain}: earliest {_moment(found.earliest)}"
        yield f"  because {what}: {term.why}"
    if clock.after is not None:
        told = clock.after
        yield f"  switched at {_moment(told.switch)}, everyone has by {_moment(told.everyone)};"
        yield f"  taken back then, everyone is back by {_moment(told.back)}; old off not before {_moment(told.old_off)}"


_WIDTH = 40


def _picture(clock: DomainClock) -> Iterator[str]:
    """Draw each term as a bar from now to its moment; what has passed has none."""
    moments = [t.at for t in clock.schedule.terms if t.at is not None]
    now = clock.schedule.now
    span = max(((at - now).total_seconds() for at in moments), default=0.0)
    wide = max(len(f"{t.name} {t.rtype}") for t in clock.schedule.terms)
    for term in clock.schedule.terms:
        left = (term.at - now).total_seconds() if term.at is not None else 0.0
        bar = "#" * max(round(left / span * _WIDTH), 1) if span > 0 and left > 0 else ""
        sign = {"known": ".", "waits": "!", "unknown": "?"}[term.kind]
        yield f"    {sign} {f'{term.name} {term.rtype}':{wide}}  {bar or 'settled' if term.at else 'unknown'}"


def _moment(at: Any) -> str:
    return f"{at:%a %Y-%m-%d %H:%M:%S %Z}" if at is not None else "?"


def _data(clock: DomainClock) -> dict[str, Any]:
    from dataclasses import asdict

    found = clock.schedule

    def plain(value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value

    told = {k: plain(v) for k, v in asdict(clock.after).items()} if clock.after else None
    return {
        "domain": clock.domain,
        "word": found.word,
        "earliest": plain(found.earliest),
        "terms": [{k: plain(v) for k, v in asdict(t).items()} for t in found.terms],
        "switched_at": plain(clock.switched),
        "after": told,
        "policy_until": clock.policy.until.isoformat() if clock.policy else None,
    }
