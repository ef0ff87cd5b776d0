"""How long the old answer may live in caches when we switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dns.observing import observed
from migrate_mail.checks.looking import as_zone, could_not_look, one_by_one
from migrate_mail.delivery.route import sending_order
from migrate_mail.errors import NetError
from migrate_mail.files.scalars import Duration, format_duration
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer

RrsetName = Literal["mx", "mx-targets"]
_REFS = ("RFC 1035 section 3.2.1", "RFC 2181 section 5.2")


class TtlParams(StrictModel):
    """How low the TTL must be, and of what."""

    max: Duration = Field(
        default="5m", validate_default=True, description="highest TTL that is accepted"
    )
    rrsets: list[RrsetName] = Field(
        default_factory=lambda: list[RrsetName](["mx"]),
        min_length=1,
        description="`mx`: the MX records; `mx-targets`: the addresses of the hosts in them",
    )


@check(
    "dns.ttl",
    title="TTLs are low enough to switch, as every name server serves them",
    about=About(
        looks="the TTL of each RRset that the switch touches, at every name server, and the journal of the TTLs that were seen there before",
        matters="An old answer lives on in caches for as long as its TTL was when it was fetched. A way back takes as long again.",
        mend="Lower the TTL days before the switch, and switch after the time that the old TTL took.",
        refs=("RFC 1035 section 3.2.1", "RFC 2181 section 5.2"),
    ),
    params=TtlParams,
    each=("domains",),
)
def ttl(context: Context, params: TtlParams) -> Iterator[Finding]:
    """Ask every authority (a resolver shows only what remains) and journal what was seen."""
    yield from one_by_one(
        context.domains(), lambda d: _domain(context, params, d), what="domains"
    )


def _domain(context: Context, params: TtlParams, domain: str) -> Iterator[Finding]:
    mx = context.dns.authorities(domain, "MX", published=True)
    if "mx" in params.rrsets:
        yield from _judged(context, params, mx)
    if "mx-targets" not in params.rrsets:
        return
    hosts = {m.host for a in mx for m in sending_order(a.records)}
    for host in sorted(hosts):
        try:
            for rtype in ("A", "AAAA"):
                answers = context.dns.authorities(host, rtype)
                yield from _judged(context, params, [a for a in answers if _counts(a)])
        except NetError as error:
            yield could_not_look(error, f"{host} addresses")


def _counts(answer: DnsAnswer) -> bool:
    """Tell whether an address answer matters: most hosts have no AAAA, and that is no finding."""
    return answer.silent or bool(answer.records)


def _judged(
    context: Context, params: TtlParams, answers: Sequence[DnsAnswer]
) -> Iterator[Finding]:
    served = [observed(a, context.clock) for a in answers if not a.silent]
    context.journal.observe_ttls(served)
    for answer in answers:
        yield _judge(context, params.max, answer)


def _judge(context: Context, limit: timedelta, answer: DnsAnswer) -> Finding:
    subject, vantage = f"{answer.name} {answer.rtype}", str(answer.server)
    if answer.silent:
        return Finding(
            "TTL_NOT_SEEN",
            Outcome.UNKNOWN,
            subject,
            vantage,
            args={"status": answer.status, "text": answer.text},
            evidence=as_zone(answer),
        )
    if answer.ttl is None or not answer.records:
        return Finding(
            "TTL_NO_RECORD", Outcome.PASS, subject, vantage, evidence=as_zone(answer)
        )
    highest = int(limit.total_seconds())
    args: dict[str, Arg] = {"ttl": answer.ttl, "max": highest}
    if answer.ttl <= highest:
        return _low(context, answer, args)
    until = context.clock() + timedelta(seconds=answer.ttl)
    return Finding(
        "TTL_HIGH",
        Outcome.FAIL,
        subject,
        vantage,
        args=args | {"until": f"{until:%Y-%m-%d %H:%M:%S %Z}"},
        evidence=as_zone(answer),
        fix=_lowered(answer, highest),
        refs=_REFS,
    )


def _low(context: Context, answer: DnsAnswer, args: dict[str, Arg]) -> Finding:
    """Pass a low TTL, and say until when answers fetched under a higher one may live on."""
    now = context.clock()
    journal = context.journal.ttl_journal(answer.name, answer.rtype)
    ends = [
        o.at + timedelta(seconds=o.ttl or 0)
        for o in journal
        if o.value and (o.ttl or 0) > (answer.ttl or 0)
    ]
    last = max(ends, default=now)
    subject, vantage = f"{answer.name} {answer.rtype}", str(answer.server)
    seen = as_zone(answer)
    if last <= now:
        return Finding("TTL_LOW", Outcome.PASS, subject, vantage, args=args, evidence=seen)
    told = args | {"until": f"{last:%Y-%m-%d %H:%M:%S %Z}"}
    return Finding("TTL_LOWERED", Outcome.PASS, subject, vantage, args=told, evidence=seen)


def _lowered(answer: DnsAnswer, seconds: int) -> str:
    name = answer.name.rstrip(".")
    lines = [f"{name}. {seconds} IN {answer.rtype} {r}" for r in answer.records]
    old = format_duration(timedelta(seconds=answer.ttl or 0))
    return "\n".join(
        [*lines, f"; then wait {old}, the old TTL, before you switch: caches keep it that long"]
    )
