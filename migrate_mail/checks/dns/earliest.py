"""Whether it is late enough to switch: every old answer that caches may hold has run out."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.dns.observing import Silent, observe
from migrate_mail.checks.looking import one_by_one
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.timeline.rrsets import rrsets_of
from migrate_mail.timeline.schedule import Schedule, schedule

_REFS = ("RFC 1035 section 3.2.1", "RFC 2308 section 5")


@check(
    "dns.cutover_earliest",
    title="Old answers have run out of caches: it is late enough to switch",
    about=About(
        looks="MX, NS, TXT, the addresses and TLSA records of the new MX hosts, at every name server, and what the journal knows of each: what it was before, with which TTL, and when that was last possible",
        matters="Whoever fetched a record just before it was changed keeps the old one for its TTL. A switch before that moment reaches a part of the world late, and a way back takes as long.",
        mend="Wait until the moment that the finding tells; lower a TTL that is too high, and let migrate-mail observe run often, so that the moment is known to the minute.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def cutover_earliest(context: Context, _: NoParams) -> Iterator[Finding]:
    """Look once more, enter that in the journal, and reckon."""
    yield from one_by_one(
        context.domains(), lambda domain: _domain(context, domain), what="domains"
    )


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    wanted = rrsets_of(context.inventory.spec, domain)
    served, silent = observe(context.dns, wanted, context.clock)
    context.journal.observe_ttls(served)
    needed = {(w.name, w.rtype) for w in wanted if not w.optional}
    if blind := [s for s in silent if (s.name, s.rtype) in needed]:
        yield _blind(domain, blind)
        return
    journal = [o for w in wanted for o in context.journal.ttl_journal(w.name, w.rtype)]
    yield _judged(domain, schedule(wanted, [*journal, *served], context.clock()))


def _blind(domain: str, silent: list[Silent]) -> Finding:
    first = silent[0]
    return Finding(
        "SCHEDULE_UNKNOWN",
        Outcome.UNKNOWN,
        domain,
        args={"rrset": f"{first.name} {first.rtype}", "text": first.reason},
        evidence=tuple(f"{s.name} {s.rtype}: {s.reason}" for s in silent),
    )


def _judged(domain: str, found: Schedule) -> Finding:
    term = found.binding
    assert term is not None
    args: dict[str, Arg] = {
        "rrset": f"{term.name} {term.rtype}",
        "text": term.why,
        "at": f"{term.at:%a %Y-%m-%d %H:%M:%S %Z}" if term.at else "",
    }
    lines = tuple(
        f"{t.name} {t.rtype}: {f'{t.at:%Y-%m-%d %H:%M:%S %Z}' if t.at else '?'}: {t.why}"
        for t in found.terms
    )
    if found.word == "unknown":
        return Finding("SCHEDULE_UNKNOWN", Outcome.UNKNOWN, domain, args=args, evidence=lines)
    if found.word == "waits":
        fix = f"mend that, then wait for the TTL: {term.why}; migrate-mail schedule tells the moment"
        return Finding("SCHEDULE_WAITS", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
    if found.earliest is not None and found.earliest > found.now:
        fix = f"wait until {args['at']}, then look again: migrate-mail preflight"
        return Finding("SCHEDULE_LATER", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
    return Finding("SCHEDULE_MET", Outcome.PASS, domain, args=args, evidence=lines)
