"""Carrying a DNS change out so that a kill at any moment leaves something that can be told and ended.

    planned     the change and its inverse are stored; nothing was done
    started     the driver was called; what the zone holds is not known
    applied     the primary said so, or a name server showed it
    read-back   every name server shows it, value and TTL: proved
    failed      nothing was changed, for certain
    abandoned   found unfinished, and the name servers still show what was there before

A change that is started or applied is never repeated blindly: `settle` looks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from migrate_mail.dns_changes.base import Driver
from migrate_mail.dns_changes.model import Change
from migrate_mail.dns_changes.plan import guard
from migrate_mail.dns_changes.sight import Sight, sight_of
from migrate_mail.errors import CannotTell, NetError, Refused, UserError
from migrate_mail.files.scalars import format_duration
from migrate_mail.finding import Clock
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.state.records import DnsChangeRecord, TtlObservation
from migrate_mail.state.store import Store

Kind = Literal["switch", "rollback"]
UNFINISHED = frozenset({"planned", "started", "applied"})
_NOT_SENT = {"refused", "unreachable"}
_FIRST_PAUSE, _LAST_PAUSE = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to carry changes out. patience: how long to watch for the last name server."""

    dns: Dns
    store: Store
    clock: Clock
    wait: Callable[[float], None] = field(repr=False)
    say: Callable[[str], None] = field(repr=False)
    patience: timedelta


def carry_out(
    desk: Desk, driver: Driver, change: Change, *, kind: Kind, domain: str, bold: bool = False
) -> DnsChangeRecord:
    """Make a change and prove it on every name server.

    bold: go on when some name servers are silent (it cannot be proved then, and that is said).
    Raise Refused when the zone holds something else than planned, UserError when the settings
    are wrong (nothing was changed in both), CannotTell when not every name server shows it in time.
    """
    guard(change, may_remove=kind == "rollback")
    for record in unfinished(desk.store, domain):
        settled = settle(desk, record)
        if settled.last_event == "read-back" and Change.from_data(settled.change) == change:
            return settled
    sight = _look(desk, change)
    if not (sight.shows_after or sight.shows_before or (bold and sight.nearly_before)):
        raise sight.trouble()
    number = desk.store.plan_dns_change(
        kind=kind, domain=domain, driver=driver.name,
        change=change.to_data(), inverse=change.inverse().to_data(),
    )  # fmt: skip
    if sight.shows_after:
        return _proved(desk, number, sight)
    return _watch(desk, number, change, applied=_drive(desk, driver, change, number))


def unfinished(store: Store, domain: str | None = None) -> list[DnsChangeRecord]:
    """Return the changes that a killed run left behind, oldest first (None: of every domain)."""
    return [
        c
        for c in store.dns_changes()
        if c.last_event in UNFINISHED and domain in (None, c.domain)
    ]


def settle(desk: Desk, record: DnsChangeRecord, *, give_up: str = "") -> DnsChangeRecord:
    """End the story of an unfinished change by looking, never by doing it again.

    Proved when every name server shows it; abandoned when they show what was there before (then it
    may be planned anew). Raise Refused when they show anything else and CannotTell when they cannot
    be asked, unless `give_up` says why that is accepted.
    """
    change = Change.from_data(record.change)
    desk.say(
        f"{record.domain}: a {record.kind} was {record.last_event} and not proved: looking first"
    )
    try:
        return _settle(desk, record, change)
    except (Refused, CannotTell) as error:
        if not give_up:
            raise
        return _event(desk, record.id, "abandoned", f"{error.message}; given up: {give_up}")


def _settle(desk: Desk, record: DnsChangeRecord, change: Change) -> DnsChangeRecord:
    sight = _look(desk, change)
    if sight.shows_after:
        return _proved(desk, record.id, sight)
    if sight.strange and record.last_event != "planned":
        raise sight.trouble()
    if record.last_event == "planned" or (
        sight.shows_before and record.last_event == "started"
    ):
        return _event(desk, record.id, "abandoned", "found unfinished; nothing was changed")
    try:
        return _watch(desk, record.id, change, applied=record.last_event == "applied")
    except CannotTell:
        if _look(desk, change).shows_before:
            detail = "every name server still shows what was there before"
            return _event(desk, record.id, "abandoned", detail)
        raise


def _drive(desk: Desk, driver: Driver, change: Change, number: int) -> bool:
    """Call the driver; tell whether the primary said that it is done."""
    store = desk.store
    store.dns_event(number, "started", driver.describe(change))
    try:
        said = driver.apply(change)
    except (Refused, UserError) as error:
        store.dns_event(number, "failed", error.message)
        raise
    except NetError as error:
        if error.kind in _NOT_SENT:
            store.dns_event(number, "failed", error.message)
            raise
        desk.say(
            f"{error.message}: it may have been made all the same; asking the name servers"
        )
        return False
    if said is not None:
        store.dns_event(number, "applied", said)
    return said is not None


def _watch(desk: Desk, number: int, change: Change, *, applied: bool) -> DnsChangeRecord:
    """Ask every name server until all show the change, or patience ends."""
    until = desk.clock() + desk.patience
    said = ""
    for pause in _pauses():
        sight = _look(desk, change)
        if sight.shown and not applied:
            desk.store.dns_event(number, "applied", f"{sight.shown[0]} shows it")
            applied = True
        if sight.shows_after:
            return _proved(desk, number, sight)
        if sight.behind != said:
            said = sight.behind
            desk.say(f"{change.after.name} {change.after.rtype}: waiting for {said}")
        if desk.clock() >= until:
            break
        desk.wait(pause)
    detail = f"not proved within {format_duration(desk.patience)}: {said}"
    desk.store.dns_event(number, "applied" if applied else "started", detail)
    raise CannotTell(
        f"{change.after.name} {change.after.rtype}: {detail}",
        hint="run the same command again: it looks before it acts; --wait gives it more time",
    )


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.6, _LAST_PAUSE)


def _look(desk: Desk, change: Change) -> Sight:
    try:
        answers = desk.dns.authorities(change.after.name, change.after.rtype, published=True)
    except NetError as error:
        return sight_of(change, [], error.message)
    return sight_of(change, answers)


def _proved(desk: Desk, number: int, sight: Sight) -> DnsChangeRecord:
    observe(desk.store, sight.answers)
    count = len(sight.answers)
    who = "the one name server shows it" if count == 1 else f"all {count} name servers show it"
    return _event(desk, number, "read-back", who)


def observe(store: Store, answers: Sequence[DnsAnswer]) -> None:
    """Write what authorities served into the TTL journal."""
    store.observe_ttls(
        [
            TtlObservation(a.name, a.rtype, a.ttl, ", ".join(a.records), str(a.server), a.at)
            for a in answers
            if a.at is not None and not a.silent
        ]
    )


def _event(
    desk: Desk, number: int, event: Literal["read-back", "abandoned"], detail: str
) -> DnsChangeRecord:
    desk.store.dns_event(number, event, detail)
    return next(c for c in desk.store.dns_changes() if c.id == number)
