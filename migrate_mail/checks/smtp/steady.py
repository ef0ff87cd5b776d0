"""Whether an address answers every time, not only once: a balancer with one dead server behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.params import MxParams, System
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.files.scalars import Duration
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Failure
from migrate_mail.net.smtp_facts import SmtpFacts

_IN_VAIN = 5
"""Probes of an address that never answered, after which it is left alone."""
_SHOWN = 10
"""Failures that are told one by one."""
_FIX = "give its admin these times and words; one of several servers behind the address may be dead"
_AGAIN = "look from another network at the same time: failures there, too, are the server's"
_Z = 1.959964
"""The normal distribution holds 95 % within so many standard deviations."""


class SteadyParams(MxParams):
    """How often, and whom."""

    system: System = Field(
        default="both",
        description="whose MX hosts are looked at; the other side shows whether our own line is the fault",
    )
    probes: int = Field(
        default=20, ge=2, le=1000, description="conversations with each address; 60 see one failure in 20"
    )  # fmt: skip
    pause: Duration = Field(
        default="1s", validate_default=True, description="between two rounds over all addresses"
    )


@dataclass(slots=True)
class _Tries:
    """What came of the conversations with one address. enough: the server asked us to go away."""

    spot: Spot
    went_well: int = 0
    failed: list[tuple[datetime, Failure]] = field(default_factory=list)
    enough: str = ""

    @property
    def made(self) -> int:
        return self.went_well + len(self.failed)

    @property
    def over(self) -> bool:
        """True when another conversation would be impolite or in vain."""
        return bool(self.enough) or (not self.went_well and len(self.failed) >= _IN_VAIN)


@check(
    "smtp.steady",
    title="The MX hosts answer every time",
    about=About(
        looks="each address of each MX host many times, one conversation after the other: greeting, EHLO, STARTTLS, QUIT; the part that fails, with its 95 % bounds",
        matters="Behind a balancer one of several servers may be dead. One lucky look proves nothing, and every third sender waits or gives up.",
        mend="Give whoever runs the address the times and the words of the failures, and what went well elsewhere at the same time.",
        refs=("RFC 5321 section 4.5.4.1",),
    ),
    params=SteadyParams,
)
def steady(context: Context, params: SteadyParams) -> Iterator[Finding]:
    """Go round over all addresses, so that a fault of our own line is seen at all of them."""
    tries: list[_Tries] = []
    for spot in spots(context, params):
        if isinstance(spot, Finding):
            yield spot
        else:
            tries.append(_Tries(spot))
    for number in range(params.probes):
        open_ones = [t for t in tries if not t.over]
        if not open_ones:
            break
        if number:
            context.wait(params.pause.total_seconds())
        context.say(f"conversation {number + 1} of {params.probes} with each MX address")
        for each in open_ones:
            _note(each, context.smtp.probe(each.spot.endpoint), context.clock())
    yield from (_judged(each, tries) for each in tries)


def bounds(failed: int, made: int) -> tuple[float, float]:
    """Return between which parts the true rate of failures lies, with 95 % confidence.

    Wilson's interval for a part; for no failure the bound on one side, 1 - 0.05^(1/n), as nothing
    lies below.
    """
    if not made:
        return 0.0, 1.0
    if not failed:
        return 0.0, 1 - 0.05 ** (1 / made)
    part, square = failed / made, _Z * _Z / made
    middle = part + square / 2
    spread = _Z * sqrt((part * (1 - part) + square / 4) / made)
    low, high = (middle - spread) / (1 + square), (middle + spread) / (1 + square)
    return max(0.0, low), 1.0 if failed == made else high


def _note(tries: _Tries, facts: SmtpFacts, at: datetime) -> None:
    if facts.failure is None:
        tries.went_well += 1
    elif facts.failure.kind == "busy":
        tries.enough = facts.failure.text  # who puts us off is not asked again at once
    else:
        tries.failed.append((at, facts.failure))


def _judged(tries: _Tries, every: Sequence[_Tries]) -> Finding:
    """Call a failure the server's only where another address went well at the same time."""
    if not tries.went_well:
        return _unseen(tries)
    if not tries.failed:
        return _answered(tries)
    others = [t for t in every if t is not tries and t.went_well and not t.failed]
    low, high = bounds(len(tries.failed), tries.made)
    return Finding(
        "MX_UNSTEADY" if others else "MX_UNSTEADY_OR_WE",
        Outcome.FAIL if others else Outcome.UNKNOWN,
        str(tries.spot),
        args={
            "failed": len(tries.failed),
            "made": tries.made,
            "low": f"{100 * low:.0f}",
            "high": f"{100 * high:.0f}",
            "text": _kinds(tries.failed),
        },
        evidence=(*_failures(tries), *(_control(other) for other in others)),
        fix=_FIX if others else _AGAIN,
        refs=("RFC 5321 section 4.5.4.1",),
    )


def _answered(tries: _Tries) -> Finding:
    """Return the finding for an address that always answered, as often as it let us ask."""
    _, high = bounds(0, tries.made)
    args: Mapping[str, int | str] = {"made": tries.made, "high": f"{100 * high:.0f}"}
    if tries.enough:
        return Finding(
            "MX_STEADY_SO_FAR",
            Outcome.UNKNOWN,
            str(tries.spot),
            args={**args, "text": tries.enough},
            fix="look again with a longer `pause`, or except probe.helo from the server's limits",
            refs=("RFC 5321 section 4.2.1",),
        )
    return Finding("MX_STEADY", Outcome.PASS, str(tries.spot), args=args)


def _unseen(tries: _Tries) -> Finding:
    text = tries.enough or (tries.failed[-1][1].text if tries.failed else "not asked")
    return Finding(
        "MX_NEVER_ANSWERED",
        Outcome.UNKNOWN,
        str(tries.spot),
        args={"made": tries.made, "text": text},
        evidence=_failures(tries),
        fix="smtp.reach tells what stands in the way",
    )


def _kinds(failed: Sequence[tuple[datetime, Failure]]) -> str:
    """Return how often it failed how: `3 x banner: closed`."""
    kinds = Counter(f"{failure.phase}: {failure.kind}" for _, failure in failed)
    return ", ".join(f"{count} x {what}" for what, count in kinds.most_common())


def _failures(tries: _Tries) -> tuple[str, ...]:
    """Return when and how the first conversations failed, in UTC to the millisecond."""
    lines = [
        f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC  {failure.phase}: {failure.text}"
        for at, failure in tries.failed[:_SHOWN]
    ]
    left = len(tries.failed) - len(lines)
    return (*lines, f"and {left} more") if left else tuple(lines)


def _control(other: _Tries) -> str:
    _, high = bounds(0, other.made)
    return (
        f"at the same time {other.spot}: 0 of {other.made} failed (at most {100 * high:.0f} %)"
    )
