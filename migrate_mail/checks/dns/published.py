"""What the name servers, and later the resolvers of the world, show as MX records."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.checks.spots import system_of
from migrate_mail.delivery.route import MxRecord, mx_record
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.state.records import MailboxSide


@check(
    "dns.mx_published",
    title="Every name server shows the wanted MX records",
    about=About(
        looks="the MX RRset of each domain, at every address of every name server that the parent zone names; no resolver is asked",
        matters="A name server that still serves the old MX records sends its share of the world's mail to the old server, whatever the TTL is.",
        mend="Publish exactly the MX records that the finding prints, at the provider to which the domain is delegated, and wait until every name server shows them.",
        refs=("RFC 5321 section 5.1", "RFC 1034 section 4.3.5"),
    ),
    params=SideParams,
    each=("domains",),
)
def mx_published(context: Context, params: SideParams) -> Iterator[Finding]:
    """Compare what every authority serves with what migration.yaml wants."""

    def look(domain: str) -> Iterator[Finding]:
        for answer in context.dns.authorities(domain, "MX", published=True):
            yield _authority(context, params.system, domain, answer)

    yield from one_by_one(context.domains(), look, what="domains")


@check(
    "dns.resolvers",
    title="Resolvers show the wanted MX records",
    about=About(
        looks="the MX RRset of each domain as the resolvers of migration.yaml give it, with the seconds for which they will keep it; only after the switch",
        matters="Senders ask resolvers. Until their copies have run out, mail goes to the old server, and that is no fault: it is the time to wait.",
        mend="Wait for as long as the finding says. A resolver that shows the old records for longer than the old TTL has a problem of its own.",
        refs=("RFC 1035 section 3.2.1", "RFC 2181 section 5.2"),
    ),
    params=SideParams,
    each=("domains",),
)
def resolvers(context: Context, params: SideParams) -> Iterator[Finding]:
    """Ask every recursive resolver, as the world does. Not before the switch: it fills caches."""

    def look(domain: str) -> Iterator[Finding]:
        for answer in context.dns.resolvers(domain, "MX"):
            yield _resolver(context, params.system, domain, answer)

    yield from one_by_one(context.domains(), look, what="domains")


def _wanted(context: Context, side: MailboxSide) -> set[MxRecord]:
    mx_hosts = system_of(context, side).mx
    return {MxRecord(mx.preference, mx.host.rstrip(".").lower()) for mx in mx_hosts}


def _shown(answer: DnsAnswer) -> set[MxRecord]:
    return {mx_record(text) for text in answer.records}


def _list(records: set[MxRecord]) -> tuple[str, ...]:
    return tuple(str(mx) for mx in sorted(records))


def _authority(context: Context, side: MailboxSide, domain: str, answer: DnsAnswer) -> Finding:
    subject, vantage = f"{domain} MX", str(answer.server)
    if answer.silent:
        return _silent(domain, vantage, answer)
    wanted, shown = _wanted(context, side), _shown(answer)
    args = {"side": side, "shown": _list(shown), "missing": _list(wanted - shown)}
    if shown == wanted and answer.aa:
        return Finding(
            "MX_PUBLISHED", Outcome.PASS, subject, vantage, args=args, evidence=as_zone(answer)
        )
    if shown == wanted:
        return Finding(
            "MX_NOT_AUTHORITATIVE",
            Outcome.FAIL,
            subject,
            vantage,
            args=args,
            evidence=as_zone(answer),
            fix=f"set {answer.server.host} up for the zone of {domain}, or take it out of its NS records",
            refs=("RFC 1912 section 2.8",),
        )
    return Finding(
        "MX_NOT_PUBLISHED",
        Outcome.FAIL,
        subject,
        vantage,
        args=args | {"extra": _list(shown - wanted)},
        evidence=as_zone(answer),
        fix=_zone_text(context, domain, wanted),
    )


def _zone_text(context: Context, domain: str, wanted: set[MxRecord]) -> str:
    ttl = context.inventory.spec.dns.ttl
    lines = (f"{domain}. {ttl} IN MX {text}" for text in _list(wanted))
    return "\n".join(["; exactly these MX records, no others", *lines])


def _resolver(context: Context, side: MailboxSide, domain: str, answer: DnsAnswer) -> Finding:
    subject, vantage = f"{domain} MX", _resolver_name(answer)
    if answer.silent:
        return _silent(domain, vantage, answer)
    shown = _shown(answer)
    args = {"side": side, "shown": _list(shown), "ttl": answer.ttl}
    if shown == _wanted(context, side):
        return Finding(
            "RESOLVER_SHOWS",
            Outcome.PASS,
            subject,
            vantage,
            args=args,
            evidence=as_zone(answer),
        )
    return Finding(
        "RESOLVER_BEHIND",
        Outcome.FAIL,
        subject,
        vantage,
        args=args,
        evidence=as_zone(answer),
        fix=f"wait {answer.ttl or 0} s, until its copy has run out, and look again: migrate-mail verify",
    )


def _resolver_name(answer: DnsAnswer) -> str:
    return f"resolver {answer.server.ip}:{answer.server.port}"


def _silent(domain: str, vantage: str, answer: DnsAnswer) -> Finding:
    return Finding(
        "MX_NOT_SEEN",
        Outcome.UNKNOWN,
        f"{domain} MX",
        vantage,
        args={"status": answer.status, "text": answer.text},
        evidence=as_zone(answer),
    )
