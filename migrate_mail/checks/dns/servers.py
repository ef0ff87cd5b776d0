"""Whether every name server of a domain answers, and all say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DNS_SILENCE, DnsAnswer
from migrate_mail.net.facts import Endpoint


@check(
    "dns.servers",
    title="Every name server answers, and all agree on the MX records",
    about=About(
        looks="SOA and MX at every address of every name server of the zone: that each answers, as an authority, and that all show the same MX records",
        matters="A name server that lags or does not answer shows a part of the world other records than you see.",
        mend="Mend zone transfer to the server that differs, or take a dead one out of the NS records at the parent.",
        refs=("RFC 1912 section 2.8", "RFC 1034 section 4.3.5"),
    ),
    params=NoParams,
    each=("domains",),
)
def servers(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask every address of every name server for SOA and MX."""
    yield from one_by_one(context.domains(), lambda d: _domain(context, d), what="domains")


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    zone = context.dns.zone_of(domain, published=True)
    yield from (_without_address(text, zone.apex) for text in zone.lame)
    yield from (_without_route(endpoint, zone.apex) for endpoint in zone.unasked)
    soa = context.dns.authorities(zone.apex, "SOA", published=True)
    yield from (_answers(answer) for answer in soa)
    mx = context.dns.authorities(domain, "MX", published=True)
    heard = {a.server for a in soa if not a.silent}
    yield from (_mx_silent(a) for a in mx if a.silent and a.server in heard)
    speaking = [a for a in mx if a.aa and not a.silent]
    if speaking:
        yield _agreement(domain, speaking, len(mx))
        yield from _serials([a for a in soa if _speaks(a)])


def _bare(name: str) -> str:
    return name.rstrip(".")


def _speaks(answer: DnsAnswer) -> bool:
    return answer.aa and answer.status == "ok" and bool(answer.records)


def _without_address(text: str, apex: str) -> Finding:
    host, _, reason = text.partition(": ")
    silent = any(word in reason for word in DNS_SILENCE)
    return Finding(
        "NS_NO_ADDRESS",
        Outcome.UNKNOWN if silent else Outcome.FAIL,
        f"{_bare(apex)} NS",
        args={"host": host, "zone": _bare(apex), "reason": reason},
        fix=f"publish an address of {host}, or take it out of the NS records of {_bare(apex)}",
        refs=("RFC 1912 section 2.8",),
    )


def _without_route(endpoint: Endpoint, apex: str) -> Finding:
    return Finding(
        "NS_NOT_ASKED",
        Outcome.UNKNOWN,
        f"{_bare(apex)} SOA",
        str(endpoint),
        args={"text": "this machine has no route to it"},
        fix="look once from a machine with IPv6, or waive this: the same name server is asked at its other address",
    )


def _answers(answer: DnsAnswer) -> Finding:
    """Judge one server's answer to the SOA question of its own zone."""
    subject, vantage = f"{_bare(answer.name)} SOA", str(answer.server)
    if answer.silent:
        return Finding(
            "NS_SILENT",
            Outcome.UNKNOWN,
            subject,
            vantage,
            args={"status": answer.status, "text": answer.text},
            evidence=as_zone(answer),
            fix=f"ask it yourself: {_dig(answer.server, answer.name, 'SOA')}",
        )
    if not _speaks(answer):
        return Finding(
            "NS_LAME",
            Outcome.FAIL,
            subject,
            vantage,
            args={"status": answer.status, "authoritative": answer.aa},
            evidence=as_zone(answer),
            fix=f"set {answer.server.host} up for the zone {_bare(answer.name)}, or take it out of its NS records",
            refs=("RFC 1912 section 2.8",),
        )
    return Finding("NS_ANSWERS", Outcome.PASS, subject, vantage, evidence=as_zone(answer))


def _mx_silent(answer: DnsAnswer) -> Finding:
    return Finding(
        "NS_MX_SILENT",
        Outcome.UNKNOWN,
        f"{answer.name} MX",
        str(answer.server),
        args={"status": answer.status, "text": answer.text},
        evidence=as_zone(answer),
        fix=f"ask it yourself: {_dig(answer.server, answer.name, 'MX')}",
    )


def _dig(server: Endpoint, name: str, rtype: str) -> str:
    return f"dig @{server.ip} -p {server.port} +norecurse {name} {rtype}"


def _agreement(domain: str, answers: Sequence[DnsAnswer], asked: int) -> Finding:
    values = {a.records for a in answers}
    evidence = tuple(f"{a.server}: {line}" for a in answers for line in as_zone(a))
    args = {"answered": len(answers), "asked": asked}
    if len(values) > 1:
        return Finding(
            "MX_DISAGREE",
            Outcome.FAIL,
            f"{domain} MX",
            args=args | {"versions": len(values)},
            evidence=evidence,
            fix="bring the secondaries up to date (zone transfer, serial, NOTIFY) until all name servers show the same MX records",
            refs=("RFC 1034 section 4.3.5",),
        )
    if not next(iter(values)):
        return Finding("MX_ABSENT", Outcome.PASS, f"{domain} MX", args=args, evidence=evidence)
    return Finding("MX_AGREE", Outcome.PASS, f"{domain} MX", args=args, evidence=evidence)


def _serials(soa: Sequence[DnsAnswer]) -> Iterator[Finding]:
    """Tell when serials differ: with several DNS providers that is normal, so it only informs."""
    serials = {a.server: a.records[0].split()[2] for a in soa}
    if len(set(serials.values())) > 1:
        yield Finding(
            "NS_SERIALS_DIFFER",
            Outcome.PASS,
            f"{_bare(soa[0].name)} SOA",
            evidence=tuple(f"{server}: serial {serial}" for server, serial in serials.items()),
        )
