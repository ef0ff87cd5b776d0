"""Whether the certificates of the MX hosts are ones that a sender who looks would trust."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot
from migrate_mail.checks.tls.looks import at_each, without_tls
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import TlsFacts
from migrate_mail.net.smtp_facts import SmtpFacts
from migrate_mail.net.tls import Handshake, covers

_REFS = ("RFC 7435", "RFC 6125 section 6.4")


class CertParams(MxParams):
    """How long a certificate must still be good."""

    days: int = Field(
        default=14, ge=0, le=397, description="days for which a certificate must still be good"
    )


@check(
    "tls.cert",
    title="Every address of the MX hosts has a good certificate, with and without SNI",
    about=About(
        looks="the certificate at port 25 of every address, once with SNI and once without: names, chain, how long it is still good",
        matters="Most senders take any certificate. Those that do not (MTA-STS, partners with fixed rules) wait and give up; and not every sender says with SNI which host it wants.",
        mend="Install a certificate of a public CA for the MX host's name, with its whole chain, as the default of the server.",
        refs=_REFS,
    ),
    params=CertParams,
    each=("mx_hosts",),
)
def cert(context: Context, params: CertParams) -> Iterator[Finding]:
    """Look twice at each address."""

    def look(spot: Spot) -> Iterator[Finding]:
        facts = context.smtp.probe(spot.endpoint)
        missing = without_tls(facts)
        if missing is not None or facts.tls is None:
            yield from [missing] if missing is not None else []
            return
        good = yield from _judged(context, params, facts, facts.tls)
        plain = context.smtp.probe(spot.endpoint, Handshake(sni=False))
        other = _without_sni(facts.tls, plain)
        if other is not None:
            yield other
        elif good:
            yield _fine(facts, facts.tls)

    yield from at_each(context, params, look)


def _judged(
    context: Context, params: CertParams, facts: SmtpFacts, tls: TlsFacts
) -> Generator[Finding, None, bool]:
    """Judge what is shown with SNI; the generator's value: whether it is good."""
    host = facts.endpoint.host
    if tls.problem is not None:
        yield Finding(
            "TLS_CERT_DISTRUSTED",
            Outcome.FAIL,
            str(facts.endpoint),
            args={"problem": tls.problem, "names": tls.names},
            evidence=facts.transcript,
            fix=f"install a certificate of a public CA for {host}, with its whole chain",
            refs=_REFS,
        )
        return False
    soon = context.clock() + timedelta(days=params.days)
    if tls.not_after is not None and tls.not_after < soon:
        yield Finding(
            "TLS_CERT_ENDS",
            Outcome.FAIL,
            str(facts.endpoint),
            args={"until": f"{tls.not_after:%Y-%m-%d %H:%M} UTC", "days": params.days},
            evidence=facts.transcript,
            fix=f"renew the certificate for {host} now, and see why it was not renewed by itself",
        )
        return False
    return True


def _without_sni(tls: TlsFacts, plain: SmtpFacts) -> Finding | None:
    """Judge what a sender without SNI gets; None when it is as good."""
    where, host = str(plain.endpoint), plain.endpoint.host
    if plain.tls is None:
        text = plain.failure.text if plain.failure is not None else "STARTTLS is not offered"
        return Finding(
            "TLS_SNI_NOT_COMPARED",
            Outcome.UNKNOWN,
            where,
            args={"text": text},
            evidence=plain.transcript,
            fix="look again: the server did not answer a second time",
        )
    if plain.tls.chain[:1] == tls.chain[:1]:
        return None
    if plain.tls.problem is None and covers(plain.tls.names, host):
        return None
    return Finding(
        "TLS_CERT_WITHOUT_SNI",
        Outcome.FAIL,
        where,
        args={
            "names": plain.tls.names,
            "problem": plain.tls.problem or "it is for other names",
        },
        evidence=plain.transcript,
        fix=f"make the certificate for {host} the default one of the server",
        refs=_REFS,
    )


def _fine(facts: SmtpFacts, tls: TlsFacts) -> Finding:
    return Finding(
        "TLS_CERT_GOOD",
        Outcome.PASS,
        str(facts.endpoint),
        args={
            "names": tls.names,
            "until": f"{tls.not_after:%Y-%m-%d} UTC" if tls.not_after else "?",
        },
        evidence=facts.transcript,
    )
