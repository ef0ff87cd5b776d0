"""Whether policy and id change in the right order: first what is fetched, then the reason to fetch it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.mta_sts.policy import Policy, id_of
from migrate_mail.checks.mta_sts.use import (
    PolicyParams,
    Served,
    not_used,
    served,
    use_of,
    without_policy,
)
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.state.records import TtlObservation
from migrate_mail.timeline.rrsets import POLICY_TYPE

_REFS = ("RFC 8461 section 8.1", "RFC 8461 section 3.1")


@dataclass(frozen=True, slots=True)
class Pair:
    """The id of the TXT record and the policy, as both were at one moment."""

    id: str
    policy: str
    at: datetime


@check(
    "mta_sts.order",
    title="The MTA-STS policy changed before the id of its TXT record",
    about=About(
        looks="the id of the TXT record and the policy at each address, together with what earlier runs saw of both; live only",
        matters="Senders fetch the policy when the id changes. An id that changes first makes them keep the old policy under the new id; one that does not change leaves them with the old policy until its max_age ends.",
        mend="First serve the new policy everywhere, then give the TXT record an id that it never had.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def order(context: Context, _params: NoParams) -> Iterator[Finding]:
    """Look at both, write them down, compare with what was seen before."""

    def look(domain: str) -> Iterator[Finding]:
        found = served(context, PolicyParams(zone="live"), domain)
        if found is None:
            yield not_used(domain)
            return
        broken = list(without_policy(domain, found))
        yield from broken
        policies = {one.policy for one in found if one.policy is not None}
        if len(policies) > 1:
            yield _differ(domain, found)
        elif policies and not broken:
            yield from _judged(context, domain, found[0], policies.pop())

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(context: Context, domain: str, one: Served, policy: Policy) -> Iterator[Finding]:
    use = use_of(view_of(context, "live"), domain)
    yield from not_answered(use.voices.silent)
    try:
        ids = {id_of(record) for record in use.records}
    except ValueError as exc:
        yield _no_id(domain, str(exc))
        return
    if len(ids) != 1:
        yield _no_id(domain, f"{len(ids)} ids are served")
        return
    now = Pair(ids.pop(), policy.text(), context.clock())
    before = _remembered(context, domain)
    _remember(context, domain, one.where, policy, now)
    hosts = [mx.host for mx in system_of(context, "new").mx]
    yield _compared(domain, now, before, ready=all(policy.covers(host) for host in hosts))


def _compared(domain: str, now: Pair, before: Sequence[Pair], *, ready: bool) -> Finding:
    """Judge the pair that is by those that were; ready: the policy lists the new MX hosts."""
    other = next(
        (p for p in reversed(before) if p.id == now.id and p.policy != now.policy), None
    )
    if other is not None:
        return _id_kept(domain, now, other)
    earlier = next(
        (p for p in reversed(before) if p.policy == now.policy and p.id != now.id), None
    )
    if earlier is not None and not ready:
        return _id_first(domain, now, earlier)
    since = min((p.at for p in before if p == Pair(now.id, now.policy, p.at)), default=now.at)
    return Finding(
        "STS_ORDER_KEPT",
        Outcome.PASS,
        domain,
        args={"id": now.id, "since": f"{since:%Y-%m-%d %H:%M} UTC"},
    )


def _id_kept(domain: str, now: Pair, other: Pair) -> Finding:
    return Finding(
        "STS_ID_NOT_CHANGED",
        Outcome.FAIL,
        domain,
        args={"id": now.id, "at": f"{other.at:%Y-%m-%d %H:%M} UTC"},
        evidence=(
            f"policy at {other.at}:",
            *other.policy.splitlines(),
            "policy now:",
            *now.policy.splitlines(),
        ),
        fix=_new_id(domain, now),
        refs=_REFS,
    )


def _id_first(domain: str, now: Pair, earlier: Pair) -> Finding:
    return Finding(
        "STS_ID_BEFORE_POLICY",
        Outcome.FAIL,
        domain,
        args={"id": now.id, "before": earlier.id},
        evidence=tuple(now.policy.splitlines()),
        fix=f"serve the policy with the new MX hosts, and then: {_new_id(domain, now)}",
        refs=_REFS,
    )


def _new_id(domain: str, now: Pair) -> str:
    return f'_mta-sts.{domain}. 300 IN TXT "v=STSv1; id={now.at:%Y%m%dT%H%M%S}"'


def _differ(domain: str, found: Sequence[Served]) -> Finding:
    return Finding(
        "STS_POLICIES_DIFFER",
        Outcome.FAIL,
        domain,
        ", ".join(one.where for one in found),
        args={"count": len({one.policy for one in found})},
        evidence=tuple(line for one in found for line in (one.where, *one.evidence)),
        fix="serve the same policy at every address before the id changes",
        refs=_REFS,
    )


def _no_id(domain: str, text: str) -> Finding:
    return Finding(
        "STS_ID_NOT_SEEN",
        Outcome.UNKNOWN,
        domain,
        args={"text": text},
        fix="see mta_sts.record",
    )


def _remembered(context: Context, domain: str) -> list[Pair]:
    """Return the pairs of earlier looks, oldest first."""
    seen = context.journal.ttl_journal(f"mta-sts.{domain}", POLICY_TYPE)
    pairs = [(o.value.partition("\n"), o.at) for o in seen]
    return [Pair(id_, policy, at) for (id_, _, policy), at in pairs]


def _remember(context: Context, domain: str, where: str, policy: Policy, pair: Pair) -> None:
    """Write down what is served, with max_age for whoever reckons how long it lives on."""
    text = f"{pair.id}\n{pair.policy}"
    name = f"mta-sts.{domain}"
    seen = TtlObservation(name, POLICY_TYPE, policy.max_age, text, where, pair.at)
    context.journal.observe_ttls([seen])
