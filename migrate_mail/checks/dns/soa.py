"""What the SOA record means for a move: how long a name can stay absent, how long a secondary may lag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import Field

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.files.scalars import Duration
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer

_DAY = 86400
_FIELDS = 7


class NegativeParams(StrictModel):
    """How long the absence of a name may be believed."""

    max: Duration = Field(
        default="1h", validate_default=True, description="longest time that is accepted"
    )


@dataclass(frozen=True, slots=True)
class Soa:
    """The numbers of an SOA record, in seconds but for the serial (RFC 1035 section 3.3.13)."""

    server: str
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


def read_soa(record: str) -> Soa:
    """Read an SOA record in presentation form; ValueError when it is none."""
    parts = record.split()
    if len(parts) != _FIELDS:
        raise ValueError(f"{record!r} is no SOA record")
    return Soa(parts[0], *(int(part) for part in parts[2:]))


@check(
    "dns.negative_ttl",
    title="A name that was asked for too early is not absent for long",
    about=About(
        looks="SOA at every name server of the zone: the smaller of its TTL and its last number is how long a cache may say that a name does not exist",
        matters="New names (a DKIM selector, a policy host, a TLSA record) that somebody asked for before they were published stay absent for that long.",
        mend="Lower the last number of the SOA record before new names are published.",
        refs=("RFC 2308 section 5",),
    ),
    params=NegativeParams,
    each=("domains",),
)
def negative_ttl(context: Context, params: NegativeParams) -> Iterator[Finding]:
    """Judge the negative TTL at each name server."""
    most = int(params.max.total_seconds())

    def judged(answer: DnsAnswer) -> Finding:
        soa = read_soa(answer.records[0])
        seconds = min(soa.minimum, answer.ttl if answer.ttl is not None else soa.minimum)
        good = seconds <= most
        lower = f"{soa.serial + 1} {soa.refresh} {soa.retry} {soa.expire} {most}"
        apex = answer.name.rstrip(".")
        return Finding(
            "NEGATIVE_TTL_LOW" if good else "NEGATIVE_TTL_HIGH",
            Outcome.PASS if good else Outcome.FAIL,
            f"{apex} SOA",
            str(answer.server),
            args={"seconds": seconds, "max": most},
            evidence=as_zone(answer),
            fix=None if good else f"set the SOA record of {apex} to … {lower}",
            refs=() if good else ("RFC 2308 section 5",),
        )

    yield from one_by_one(
        context.domains(), lambda d: _each_soa(context, d, judged), what="domains"
    )


@check(
    "dns.soa_timers",
    title="Secondaries ask often enough, and do not give up soon",
    about=About(
        looks="refresh, retry and expire in SOA, at every name server of the zone",
        matters="A secondary that missed a NOTIFY shows the old MX records until it asks again; one that cannot ask gives the zone up when `expire` has passed.",
        mend="Usual: refresh up to a day, retry less than refresh, expire two to four weeks.",
        refs=("RFC 1912 section 2.2",),
    ),
    params=NoParams,
    each=("domains",),
)
def soa_timers(context: Context, _: NoParams) -> Iterator[Finding]:
    """Judge the timers at each name server."""
    yield from one_by_one(
        context.domains(), lambda d: _each_soa(context, d, _timers), what="domains"
    )


def odd_timers(soa: Soa) -> list[str]:
    """Return what is unwise about the timers, in words. PURE."""
    faults: list[str] = []
    if soa.refresh > _DAY:
        faults.append(f"refresh {soa.refresh} s: a secondary may lag for more than a day")
    if soa.retry >= soa.refresh:
        faults.append(f"retry {soa.retry} s is not shorter than refresh {soa.refresh} s")
    if soa.expire < soa.refresh + soa.retry:
        faults.append(f"expire {soa.expire} s is over before a second attempt")
    elif soa.expire < 7 * _DAY:
        faults.append(
            f"expire {soa.expire} s: a primary that is down for a week takes the zone with it"
        )
    return faults


def _timers(answer: DnsAnswer) -> Finding:
    soa = read_soa(answer.records[0])
    faults = odd_timers(soa)
    good = not faults
    apex = answer.name.rstrip(".")
    return Finding(
        "SOA_TIMERS_GOOD" if good else "SOA_TIMERS_ODD",
        Outcome.PASS if good else Outcome.FAIL,
        f"{apex} SOA",
        str(answer.server),
        args={"refresh": soa.refresh, "retry": soa.retry, "expire": soa.expire, "faults": tuple(faults)},
        evidence=as_zone(answer),
        fix=None if good else f"set the SOA record of {apex} to … {soa.serial + 1} 7200 900 1209600 300",
        refs=() if good else ("RFC 1912 section 2.2",),
    )  # fmt: skip


def _each_soa(
    context: Context, domain: str, judged: Callable[[DnsAnswer], Finding]
) -> Iterator[Finding]:
    apex = context.dns.zone_of(domain, published=True).apex
    answers = context.dns.authorities(apex, "SOA", published=True)
    yield from not_answered([a for a in answers if a.silent])
    yield from (judged(a) for a in answers if a.records and not a.silent)
