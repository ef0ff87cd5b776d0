"""Whether the zone above points to the name servers that the zone itself names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer

_REFS = ("RFC 1034 section 4.2.2",)


@check(
    "dns.delegation",
    title="The zone above delegates to the name servers that the zone names",
    about=About(
        looks="the NS records of the zone, and the delegation at each name server of the zone above",
        matters="What you change at a provider that is no longer delegated looks fine there and is never seen; and while a move of the name servers is under way, a low TTL of the MX records does not help: caches keep the old name servers.",
        mend="Set the name servers at the registrar to those that the zone names, or the other way round, and wait for the longer of the two TTLs.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def delegation(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare the NS records on both sides of the zone cut."""
    yield from one_by_one(context.domains(), lambda d: _domain(context, d), what="domains")


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    apex = context.dns.zone_of(domain, published=True).apex
    above = context.dns.at_parent(apex, "NS")
    own = context.dns.authorities(apex, "NS", published=True)
    spoken = [a for a in above if not a.silent]
    named = [a for a in own if not a.silent and a.records]
    yield from not_answered([a for a in above if a.silent])
    yield from not_answered([a for a in own if a.silent])
    if spoken and named:
        yield _compared(apex.rstrip("."), spoken, named)


def _compared(apex: str, above: Sequence[DnsAnswer], own: Sequence[DnsAnswer]) -> Finding:
    delegated = {_pointed_to(a) for a in above}
    named = {a.records for a in own}
    evidence = tuple(f"{a.server}: {line}" for a in (*above, *own) for line in _shown(a))
    if len(delegated | named) == 1:
        return Finding(
            "DELEGATION_AGREES",
            Outcome.PASS,
            f"{apex} NS",
            args={"servers": _bare(next(iter(named)))},
            evidence=evidence,
        )
    everywhere = {host for hosts in named for host in hosts}
    pointed = {host for hosts in delegated for host in hosts}
    wanted = "\n".join(f"{apex}. NS {host}" for host in sorted(everywhere))
    return Finding(
        "DELEGATION_DIFFERS",
        Outcome.FAIL,
        f"{apex} NS",
        args={
            "above": _bare(pointed - everywhere) or ("none more",),
            "own": _bare(everywhere - pointed) or ("none more",),
            "versions": len(delegated | named),
        },
        evidence=evidence,
        fix=f"let the registrar delegate to the name servers of the zone:\n{wanted}",
        refs=_REFS,
    )


def _pointed_to(answer: DnsAnswer) -> tuple[str, ...]:
    """Return the delegation; a server of both zones answers for the one below instead."""
    return answer.delegates or answer.records


def _bare(hosts: Sequence[str] | set[str]) -> tuple[str, ...]:
    return tuple(sorted(host.rstrip(".") for host in hosts))


def _shown(answer: DnsAnswer) -> tuple[str, ...]:
    if answer.delegates:
        name = answer.name.rstrip(".")
        return tuple(f"{name}. IN NS {host}   ; delegation" for host in answer.delegates)
    return as_zone(answer)
