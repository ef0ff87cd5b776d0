"""Whether every name server shows the same of all RRsets that the move touches, not of MX only."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.timeline.rrsets import rrsets_of


@check(
    "dns.rrsets_agree",
    title="All name servers show the same of every RRset that the move touches",
    about=About(
        looks="NS, TXT, _dmarc, _mta-sts and _smtp._tls of a domain, A, AAAA and TLSA of the new MX hosts: at every name server, compared with each other",
        matters="A part of the world then sees the old SPF record or no TLSA record, and nobody who looks once finds out.",
        mend="Bring the secondaries up to date (zone transfer, serial, NOTIFY); with two DNS providers, publish at both.",
        refs=("RFC 1034 section 4.3.5",),
    ),
    params=NoParams,
    each=("domains",),
)
def rrsets_agree(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare what the name servers show of each RRset; one finding for all that agree."""

    def look(domain: str) -> Iterator[Finding]:
        same: list[str] = []
        for answers in _asked(context, domain):
            spoken = [a for a in answers if not a.silent]
            yield from not_answered([a for a in answers if a.silent])
            if len({(a.records, a.cname) for a in spoken}) > 1:
                yield _differ(spoken)
            elif spoken:
                same.append(f"{spoken[0].name.rstrip('.')} {spoken[0].rtype}")
        if same:
            args = {"rrsets": len(same)}
            yield Finding("RRSETS_AGREE", Outcome.PASS, domain, args=args, evidence=tuple(same))

    yield from one_by_one(context.domains(), look, what="domains")


@check(
    "dns.ttl_uniform",
    title="An RRset has one TTL, wherever it is asked for",
    about=About(
        looks="the TTL of every RRset that the move touches, at every name server",
        matters="The highest TTL counts for the earliest safe moment, and it may stand on one server only.",
        mend="Set one TTL for the whole RRset at every provider of the zone.",
        refs=("RFC 2181 section 5.2",),
    ),
    params=NoParams,
    each=("domains",),
)
def ttl_uniform(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare the TTLs that the name servers show of each RRset."""

    def look(domain: str) -> Iterator[Finding]:
        same: list[str] = []
        for answers in _asked(context, domain):
            there = [a for a in answers if not a.silent and a.records]
            yield from not_answered([a for a in answers if a.silent])
            if len({a.ttl for a in there}) > 1:
                yield _ttls_differ(there)
            elif there:
                same.append(f"{there[0].name.rstrip('.')} {there[0].rtype}: {there[0].ttl} s")
        if same:
            args = {"rrsets": len(same)}
            yield Finding("TTLS_UNIFORM", Outcome.PASS, domain, args=args, evidence=tuple(same))

    yield from one_by_one(context.domains(), look, what="domains")


def _asked(context: Context, domain: str) -> Iterator[list[DnsAnswer]]:
    for wanted in rrsets_of(context.inventory.spec, domain):
        if not wanted.above:
            yield context.dns.authorities(wanted.name, wanted.rtype)


def _lines(answers: list[DnsAnswer]) -> tuple[str, ...]:
    return tuple(f"{a.server}: {line}" for a in answers for line in as_zone(a))


def _differ(answers: list[DnsAnswer]) -> Finding:
    first = answers[0]
    return Finding(
        "RRSET_DIFFERS",
        Outcome.FAIL,
        f"{first.name.rstrip('.')} {first.rtype}",
        args={"versions": len({(a.records, a.cname) for a in answers})},
        evidence=_lines(answers),
        fix="bring the secondaries up to date (zone transfer, serial, NOTIFY), or publish it at every DNS provider",
        refs=("RFC 1034 section 4.3.5",),
    )


def _ttls_differ(answers: list[DnsAnswer]) -> Finding:
    first = answers[0]
    known = sorted({a.ttl for a in answers if a.ttl is not None})
    lowest = known[0]
    name = first.name.rstrip(".")
    paste = "\n".join(f"{name}. {lowest} IN {first.rtype} {r}" for r in first.records)
    return Finding(
        "TTLS_DIFFER",
        Outcome.FAIL,
        f"{name} {first.rtype}",
        args={"ttls": tuple(f"{ttl} s" for ttl in known)},
        evidence=_lines(answers),
        fix=f"give it one TTL at every provider:\n{paste}",
        refs=("RFC 2181 section 5.2",),
    )
