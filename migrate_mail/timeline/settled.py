"""Until when caches may hold what an RRset was before, from what was seen of it. PURE.

The model is the worst case, out of our own observations only, never out of "I changed it at". A
name server that served one state when we looked and another when we looked again may have served
the first until just before the second look; whoever fetched it then keeps it for its TTL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.cuts import ABOVE, Cut, bare

WHOLE_SECONDS = timedelta(seconds=1)
"""Caches count in whole seconds: Unbound was seen to serve an answer for up to one more than its TTL."""
State = tuple[str, int | None]
"""Records as one text (empty: there is no such RRset) and TTL (of absence: the negative TTL)."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A state that was seen to end. until: when the last cache forgets it, at the latest."""

    was: TtlObservation
    then: TtlObservation
    until: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What the journal knows of one RRset.

    now: the latest observation of each name server. passed: the state whose last trace stays
    longest in caches; None where nothing was ever seen to change. first: when it was first seen;
    what was before nobody knows.
    """

    name: str
    rtype: str
    now: tuple[TtlObservation, ...]
    passed: Passing | None
    first: datetime

    @property
    def agreed(self) -> bool:
        """True when all name servers show the same records."""
        return len({o.value for o in self.now}) == 1

    @property
    def ttl(self) -> int:
        """The highest TTL that is served now, in seconds."""
        return max((o.ttl or 0 for o in self.now), default=0)

    @property
    def present(self) -> bool:
        """True when there are records."""
        return any(o.value for o in self.now)


def seen(
    name: str, rtype: str, journal: Iterable[TtlObservation], cuts: Sequence[Cut] = ()
) -> Seen | None:
    """Return what a journal (in any order) knows of an RRset; None when it was never seen.

    cuts: which name servers speak for which zone now; those before them count as the past.
    """
    mine = sorted(
        (o for o in journal if o.rtype == rtype and bare(o.name) == bare(name)),
        key=lambda o: o.at,
    )
    if not mine:
        return None
    servers = {o.server: [x for x in mine if x.server == o.server] for o in mine}
    cut = next((c for c in cuts if rtype not in ABOVE and c.holds(name)), None)
    serving = [s for s in servers if cut is None or cut.serves(s)] or list(servers)
    latest = tuple(servers[s][-1] for s in sorted(serving))
    passings = [p for rows in servers.values() for p in _passings(rows)]
    if cut is not None:
        window = timedelta(0) if rtype == "NS" else cut.window
        left = (rows[-1] for s, rows in servers.items() if s not in serving)
        differing = (was for was in left if any(_state(o) != _state(was) for o in latest))
        passings += [_left_behind(was, cut.ended(was.server), window) for was in differing]
    passed = max(passings, key=lambda p: p.until, default=None)
    return Seen(name, rtype, latest, passed, mine[0].at)


def _left_behind(was: TtlObservation, then: TtlObservation, window: timedelta) -> Passing:
    """Return until when caches may hold what a name server served last that is asked no more.

    It may have been delegated to until the look above that named it no more. Who remembered the
    delegation then does so for the window, asks it at the end of that, and keeps what it says.
    """
    until = max(then.at, was.at) + window + timedelta(seconds=was.ttl or 0) + WHOLE_SECONDS
    return Passing(was, then, until)


def _passings(rows: Sequence[TtlObservation]) -> Iterator[Passing]:
    """Give each change between two looks at one name server."""
    for was, then in pairwise(rows):
        if _state(was) != _state(then):
            yield Passing(was, then, then.at + timedelta(seconds=was.ttl or 0) + WHOLE_SECONDS)


def _state(observation: TtlObservation) -> State:
    return observation.value, observation.ttl
