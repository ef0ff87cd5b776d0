"""Whether it is late enough to switch: every old answer that caches may hold has run out."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.settling import settling, told_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.timeline.rrsets import rrsets_of

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
    found = settling(context, rrsets_of(context.inventory.spec, domain))
    args, lines = told_of(found)
    if isinstance(found, list) or found.word == "unknown":
        yield Finding("SCHEDULE_UNKNOWN", Outcome.UNKNOWN, domain, args=args, evidence=lines)
    elif found.word == "waits":
        fix = f"mend that, then wait for the TTL: {args['text']}; migrate-mail schedule tells the moment"
        yield Finding("SCHEDULE_WAITS", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
    elif found.settled:
        yield Finding("SCHEDULE_MET", Outcome.PASS, domain, args=args, evidence=lines)
    else:
        fix = f"wait until {args['at']}, then look again: migrate-mail preflight"
        yield Finding("SCHEDULE_LATER", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
