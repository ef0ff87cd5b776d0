"""Whether the certificate at each address is one that the TLSA records promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dane.records import owner
from migrate_mail.checks.dane.tlsa import matches, read_tlsa, wanted
from migrate_mail.checks.looking import as_zone, not_answered
from migrate_mail.checks.params import MxParams, ZoneParams
from migrate_mail.checks.spots import Spot
from migrate_mail.checks.tls.looks import at_each, tls_not_seen
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts

_REFS = ("RFC 7672 section 3.1", "RFC 7671 section 5")


class MatchParams(MxParams, ZoneParams):
    """Whose hosts, and which zone."""


@check(
    "dane.match",
    title="The certificate at every address is one that the TLSA records promise",
    about=About(
        looks="STARTTLS at every address of the MX hosts, and the TLSA records in the zone as it will be (or is): one must fit the key or the chain that the server shows",
        matters="Senders with DANE do not deliver to a server whose key does not fit: mail waits, then bounces.",
        mend="Publish the record of the key that is served, and wait for the old record's TTL; or serve the old key.",
        refs=_REFS,
    ),
    params=MatchParams,
    each=("mx_hosts",),
)
def match(context: Context, params: MatchParams) -> Iterator[Finding]:
    """Compare each address with the records of its host."""
    view = view_of(context, params.zone)

    def look(spot: Spot) -> Iterator[Finding]:
        host = spot.endpoint.host
        answer = view.look(owner(host), "TLSA")
        if answer.silent:
            yield from not_answered([answer])
        elif not answer.records:
            args = {"text": "there is no TLSA record"}
            yield Finding("DANE_NO_RECORD", Outcome.SKIP, owner(host), args=args, evidence=as_zone(answer))  # fmt: skip
        else:
            yield _judged(answer.records, context.smtp.probe(spot.endpoint), as_zone(answer))

    yield from at_each(context, params, look)


def _judged(records: Sequence[str], facts: SmtpFacts, evidence: tuple[str, ...]) -> Finding:
    where = str(facts.endpoint)
    if facts.tls is None and facts.failure is not None:
        return tls_not_seen(facts, facts.failure)
    if facts.tls is None:
        return Finding(
            "DANE_NO_TLS",
            Outcome.FAIL,
            where,
            args={"records": tuple(records)},
            evidence=(*evidence, *facts.transcript),
            fix="switch STARTTLS on, or take the TLSA records out: they promise TLS",
            refs=("RFC 7672 section 2.2",),
        )
    chain = facts.tls.chain
    fits = [r for r in records if _fits(r, chain)]
    if fits:
        return Finding(
            "DANE_FITS", Outcome.PASS, where, args={"record": fits[0]}, evidence=evidence
        )
    host = facts.endpoint.host
    return Finding(
        "DANE_MISMATCH",
        Outcome.FAIL,
        where,
        args={"records": tuple(records)},
        evidence=evidence,
        fix=f"{owner(host)}. 300 IN TLSA {wanted(chain)}"
        if chain
        else "look at the server's certificate",
        refs=_REFS,
    )


def _fits(record: str, chain: Sequence[bytes]) -> bool:
    try:
        return matches(read_tlsa(record), chain)
    except ValueError:
        return False
