"""Whether the zone is signed, validates, and whether its keys and the zone above fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer, Validation
from migrate_mail.net.ds import is_digest

_REFS = ("RFC 4035 section 5", "RFC 6781 section 4.3.5")


@check(
    "dns.dnssec",
    title="A signed zone validates",
    about=About(
        looks="what a resolver that you trust to validate makes of the zone: signed and valid, unsigned, or bogus",
        matters="Mail from everybody whose resolver validates stops when a zone is bogus, and no TTL shortens that.",
        mend="Bring the DS record at the registrar and the keys of the zone together, or take the DS record out and wait for its TTL.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def dnssec(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask the trusted resolver about each zone."""

    def look(domain: str) -> Iterator[Finding]:
        apex = context.dns.zone_of(domain, published=True).apex
        found = context.dns.security(apex)
        yield _valid(apex.rstrip("."), found)

    yield from one_by_one(context.domains(), look, what="domains")


def _valid(apex: str, found: Validation) -> Finding:
    vantage = f"resolver {found.server}" if found.server else "here"
    args, evidence = {"text": found.text}, (f"{vantage}: {found.text}",)
    if found.state == "bogus":
        return Finding(
            "DNSSEC_BOGUS",
            Outcome.FAIL,
            apex,
            vantage,
            args=args,
            evidence=evidence,
            fix=f"compare: dig +norecurse DS {apex} (zone above) and dig DNSKEY {apex}; set the DS at the registrar to the key that signs, before anything else is changed",
            refs=_REFS,
        )
    if found.state == "unknown":
        fix = "name a resolver that validates under `validating:` in migration.yaml"
        return Finding("DNSSEC_NOT_KNOWN", Outcome.UNKNOWN, apex, vantage, args=args, evidence=evidence, fix=fix)  # fmt: skip
    signed = found.state == "secure"
    return Finding(
        "DNSSEC_SECURE" if signed else "DNSSEC_UNSIGNED",
        Outcome.PASS,
        apex,
        vantage,
        args=args,
        evidence=evidence,
    )


@check(
    "dns.ds",
    title="Every name server has the key that the zone above vouches for",
    about=About(
        looks="DS at the name servers of the zone above, DNSKEY at every name server of the zone: each must have a key that one of the DS records is the digest of",
        matters="A move of DNS to another provider with a DS record left behind is the classic total outage: the domain is gone for all who validate.",
        mend="Before another provider serves the zone: take the DS out, wait for its TTL, move, and sign again; or publish both keys.",
        refs=("RFC 4034 section 5", "RFC 6781 section 4.3.5"),
    ),
    params=NoParams,
    each=("domains",),
)
def ds(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare DS above with DNSKEY below, server by server."""
    yield from one_by_one(context.domains(), lambda d: _domain(context, d), what="domains")


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    apex = context.dns.zone_of(domain, published=True).apex
    above = context.dns.at_parent(apex, "DS")
    yield from not_answered([a for a in above if a.silent])
    spoken = [a for a in above if not a.silent]
    if not spoken:
        return
    digests = tuple(dict.fromkeys(record for a in spoken for record in a.records))
    if not digests:
        lines = tuple(dict.fromkeys(line for a in spoken for line in as_zone(a)))
        yield Finding("DS_NONE", Outcome.PASS, f"{apex.rstrip('.')} DS", evidence=lines)
        return
    keys = context.dns.authorities(apex, "DNSKEY", published=True)
    yield from not_answered([a for a in keys if a.silent])
    yield from (_judged(apex, digests, a) for a in keys if not a.silent)


def _judged(apex: str, digests: Sequence[str], keys: DnsAnswer) -> Finding:
    fits = [d for d in digests if any(is_digest(apex, d, key) for key in keys.records)]
    evidence = (*(f"{apex} IN DS {d}" for d in digests), *as_zone(keys))
    return Finding(
        "DS_FITS" if fits else "DS_WITHOUT_KEY",
        Outcome.PASS if fits else Outcome.FAIL,
        f"{apex.rstrip('.')} DNSKEY",
        str(keys.server),
        args={"digests": len(digests), "keys": len(keys.records)},
        evidence=evidence,
        fix=None
        if fits
        else f"let this name server serve the zone with the key of the DS record, or take the DS of {apex.rstrip('.')} out at the registrar",
        refs=() if fits else ("RFC 4034 section 5",),
    )
