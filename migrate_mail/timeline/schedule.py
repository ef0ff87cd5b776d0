"""The earliest safe moment to switch, and the term that binds it. PURE.

A schedule is as late as its latest term, and unknown as soon as one of its terms is: what nobody
looked at never makes a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.cuts import cuts_of
from migrate_mail.timeline.settled import Seen, seen

Kind = Literal["known", "waits", "unknown"]
RETRY_WINDOW = timedelta(days=5)
"""How long senders go on trying: 4 to 5 days, RFC 5321 section 4.5.4.1."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An RRset that counts. max_ttl: the switch changes it, so its TTL must be low; None: it must only have settled.

    optional: it need not be there, and need not have been looked at. above: it is served by the
    zone above.
    """

    name: str
    rtype: str
    max_ttl: int | None = None
    optional: bool = False
    above: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a schedule.

    kind `known`: met from `at` on. `waits`: something must be done first; `at` is the earliest
    moment if that were done at once. `unknown`: nobody looked; no `at`.
    """

    name: str
    rtype: str
    kind: Kind
    why: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All terms. now: the moment that `waits` reckons from."""

    now: datetime
    terms: tuple[Term, ...]

    @property
    def word(self) -> Kind:
        """`known` when the earliest moment is; else what it lacks."""
        kinds = {term.kind for term in self.terms}
        if not self.terms or "unknown" in kinds:
            return "unknown"
        return "waits" if "waits" in kinds else "known"

    @property
    def binding(self) -> Term | None:
        """The term that decides: one that nobody knows, else one that waits, else the latest."""
        order = {"unknown": 2, "waits": 1, "known": 0}
        return max(self.terms, key=lambda t: (order[t.kind], t.at or self.now), default=None)

    @property
    def earliest(self) -> datetime | None:
        """The earliest safe moment; None while it is not known. It may have passed already."""
        if self.word != "known":
            return None
        return max(t.at for t in self.terms if t.at is not None)

    @property
    def settled(self) -> bool:
        """True when the earliest safe moment is known and not to come."""
        return self.earliest is not None and self.earliest <= self.now


def schedule(
    wanted: Sequence[Wanted], journal: Iterable[TtlObservation], now: datetime
) -> Schedule:
    """Return when it is safe to switch, by what was seen of each RRset that counts."""
    rows = list(journal)
    cuts = cuts_of(rows)
    terms = [_term(w, seen(w.name, w.rtype, rows, cuts), now) for w in wanted]
    return Schedule(now, tuple(t for t in terms if t is not None))


def _term(wanted: Wanted, found: Seen | None, now: datetime) -> Term | None:
    name, rtype = wanted.name, wanted.rtype
    if found is None:
        if wanted.optional:
            return None
        return Term(
            name, rtype, "unknown", "no name server was ever asked: migrate-mail observe"
        )
    if not found.agreed:
        differing = " and ".join(o.server for o in found.now)
        at = now + timedelta(seconds=found.ttl)
        return Term(name, rtype, "waits", f"the name servers differ ({differing})", at)
    if wanted.max_ttl is not None and found.present and found.ttl > wanted.max_ttl:
        slowest = max(found.now, key=lambda o: o.ttl or 0)
        why = f"its TTL is {slowest.ttl} s on {slowest.server}, at most {wanted.max_ttl} s are wanted"
        return Term(name, rtype, "waits", why, now + timedelta(seconds=found.ttl))
    if found.passed is None:
        why = f"unchanged since it was first seen at {_moment(found.first)}"
        return Term(name, rtype, "known", why, found.first)
    was, then = found.passed.was, found.passed.then
    before = f"TTL {was.ttl} s" if was.value else f"absent, for up to {was.ttl} s in caches"
    why = f"seen with {before} until {_moment(then.at)} on {then.server}"
    return Term(name, rtype, "known", why, found.passed.until)


@dataclass(frozen=True, slots=True)
class After:
    """What a switch at a moment means, by the TTLs that are served then."""

    switch: datetime
    everyone: datetime
    back: datetime
    old_off: datetime


def after(switch: datetime, ttl_before: int, ttl_after: int) -> After:
    """Return when everyone has switched, when everyone would be back after a way back begun then, when old may go.

    ttl_before: of the records that are replaced, by what was served. ttl_after: of the new ones.
    """
    everyone = switch + timedelta(seconds=ttl_before)
    return After(
        switch, everyone, everyone + timedelta(seconds=ttl_after), everyone + RETRY_WINDOW
    )


def _moment(at: datetime) -> str:
    return f"{at:%a %Y-%m-%d %H:%M %Z}"
