"""Whether a change of name servers or of DS records is still under way in caches."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.settling import settling, told_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.timeline.rrsets import delegation_of

_REFS = ("RFC 1034 section 4.2.2", "RFC 6781 section 4.3.5")


@check(
    "dns.delegation_in_flight",
    title="No change of name servers or of DS records is still under way",
    about=About(
        looks="NS and DS as the name servers of the zone above serve them, and NS as the zone itself does, now and by all that the journal knows of them",
        matters="Caches hold the old name servers for the TTL of the delegation, often a day or two, and go on asking them: they do not see the new MX records at all, however low their TTL. Signatures by keys that a cached DS does not know make the whole domain vanish.",
        mend="Wait until the moment that the finding tells; until then keep the zone at the old name servers the same, and change no MX record.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def delegation_in_flight(context: Context, _: NoParams) -> Iterator[Finding]:
    """Look at both sides of the zone cut, enter that in the journal, and reckon."""
    yield from one_by_one(
        context.domains(), lambda domain: _domain(context, domain), what="domains"
    )


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    found = settling(context, delegation_of(domain))
    args, lines = told_of(found)
    if isinstance(found, list) or found.word == "unknown":
        yield Finding("DELEGATION_NOT_SEEN", Outcome.UNKNOWN, domain, args=args, evidence=lines)
    elif found.word == "waits":
        fix = "let the zone above and all of its name servers show the same, then wait for the TTL: migrate-mail schedule tells until when"
        yield Finding("DELEGATION_DIVIDED", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
    elif found.settled:
        yield Finding("DELEGATION_SETTLED", Outcome.PASS, domain, args=args, evidence=lines)
    else:
        fix = f"wait until {args['at']}; keep the zone at the old name servers the same until then"
        yield Finding("DELEGATION_IN_FLIGHT", Outcome.FAIL, domain, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
