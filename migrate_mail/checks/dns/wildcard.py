"""Whether names that do not exist have records all the same."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.said import ask
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome

NOBODYS_LABEL = "migrate-mail-asks-for-no-such-name"
"""A label that no zone has; only authorities are asked for it, so that no cache learns it."""
_REFS = ("RFC 1034 section 4.3.3", "RFC 4592 section 2.2.1")
_TYPES = ("MX", "A", "AAAA", "TXT")


@check(
    "dns.wildcard",
    title="A name that does not exist has no records",
    about=About(
        looks="MX, A, AAAA and TXT of a name below the domain that does not exist, at every name server",
        matters="A wildcard hides that a name is missing (a policy host, a selector, the name in a phone), and sends mail for mistyped subdomains to wherever it points: to the old server, after the move.",
        mend="Take the wildcard out, or point it where mail for unknown subdomains should go after the move.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def wildcard(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask for a name that nobody has."""
    view = view_of(context, "live")

    def look(domain: str) -> Iterator[Finding]:
        voices = {rtype: ask(view, f"{NOBODYS_LABEL}.{domain}", rtype) for rtype in _TYPES}
        silent = [a for v in voices.values() for a in v.silent]
        found = {rtype: v.records for rtype, v in voices.items() if v.records}
        if silent:
            yield Finding(
                "NOT_ANSWERED",
                Outcome.UNKNOWN,
                f"*.{domain}",
                ", ".join(dict.fromkeys(str(a.server) for a in silent)),
                args={"status": silent[0].status, "text": silent[0].text},
            )
        if found:
            yield _there(domain, found)
        elif any(v.said for v in voices.values()):
            lines = tuple(e for v in voices.values() for s in v.said for e in s.evidence)
            yield Finding(
                "WILDCARD_NONE",
                Outcome.PASS,
                f"*.{domain}",
                evidence=tuple(dict.fromkeys(lines)),
            )

    yield from one_by_one(context.domains(), look, what="domains")


def _there(domain: str, found: dict[str, tuple[str, ...]]) -> Finding:
    records = tuple(f"*.{domain}. {rtype} {r}" for rtype, rs in found.items() for r in rs)
    return Finding(
        "WILDCARD_THERE",
        Outcome.FAIL,
        f"*.{domain}",
        args={"types": tuple(found), "records": records},
        evidence=records,
        fix=f"take *.{domain} out of the zone, or make sure that it names nothing of the old system",
        refs=_REFS,
    )
