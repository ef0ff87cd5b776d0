"""What is still to be published: each planned RRset, as it is and as it will be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate_mail.checks.said import Voices, ask
from migrate_mail.dns_changes.model import RRset
from migrate_mail.dns_changes.overlay import View
from migrate_mail.dns_changes.planned import plan_of
from migrate_mail.errors import NetError
from migrate_mail.run.world import World


@dataclass(frozen=True, slots=True)
class Publication:
    """One RRset. before: what the name servers show, each version once. after: what will be there.

    why: what could not be found out; then nothing is known of `before`.
    """

    name: str
    rtype: str
    before: tuple[RRset, ...]
    after: RRset
    why: str = ""

    @property
    def done(self) -> bool:
        """True when every name server shows the values already."""
        shown = {rrset.values for rrset in self.before}
        return not self.why and shown == {self.after.values}

    @property
    def added(self) -> tuple[str, ...]:
        """The values that are not there everywhere."""
        return tuple(
            v for v in self.after.values if any(v not in b.values for b in self.before)
        )

    @property
    def removed(self) -> tuple[str, ...]:
        """The values that will be gone."""
        there = dict.fromkeys(v for b in self.before for v in b.values)
        return tuple(v for v in there if v not in self.after.values)


def to_publish(world: World) -> list[Publication]:
    """Ask the authorities for every planned RRset; they are asked only, never a resolver."""
    plan = plan_of(world.inventory.spec)
    live, planned = View(world.dns), View(world.dns, plan)
    return [_one(live, planned, rrset) for rrset in plan.rrsets]


def _one(live: View, planned: View, rrset: RRset) -> Publication:
    name, rtype = rrset.name.rstrip("."), rrset.rtype
    try:
        now, then = ask(live, name, rtype), ask(planned, name, rtype)
    except NetError as error:
        return Publication(name, rtype, (), rrset, str(error))
    why = ", ".join(f"{a.server}: {a.status} {a.text}" for a in now.silent)
    before = tuple(RRset(rrset.name, rtype, rrset.ttl, s.records) for s in now.said)
    values = then.records if then.said else rrset.values
    after = RRset(rrset.name, rtype, rrset.ttl, tuple(sorted(values)))
    return Publication(name, rtype, before, after, why or _nothing(now))


def _nothing(voices: Voices) -> str:
    return "" if voices.said else "no name server said anything"


def lines(found: Sequence[Publication]) -> Iterator[str]:
    """Yield what to paste, RRset by RRset; what is there already is one line."""
    for one in found:
        if one.done:
            yield f"ok  {one.name} {one.rtype} is published"
            continue
        sign = "??" if one.why else "NO"
        yield f"{sign}  {one.name} {one.rtype}{f': {one.why}' if one.why else ''}"
        yield from (f"      + {value}" for value in one.added)
        yield from (f"      - {value}" for value in one.removed)
        yield "    as lines of a zone file:"
        text = one.after.zone_text() or f"; no {one.rtype} record at {one.after.name} any more"
        yield from (f"      {line}" for line in text.splitlines())
