"""Whether every address of every MX host takes connections, and offers TLS."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Failure, TlsFacts
from migrate_mail.net.smtp_facts import SmtpFacts


class ReachParams(MxParams):
    """What a server must offer."""

    starttls: bool = Field(default=True, description="a server without STARTTLS fails")


@check(
    "smtp.reach",
    title="Every address of every MX host answers, with STARTTLS",
    about=About(
        looks="port 25 of every address of every MX host: greeting, EHLO, STARTTLS, certificate",
        matters="A firewall that was opened for one of two addresses loses every other mail.",
        mend="Open the port, start the service or mend the certificate, for each address that the finding names.",
        refs=("RFC 5321 section 4.3.1", "RFC 3207 section 4"),
    ),
    params=ReachParams,
    each=("mx_hosts",),
)
def reach(context: Context, params: ReachParams) -> Iterator[Finding]:
    """Connect to each address: banner, EHLO, STARTTLS."""

    def look(spot: Spot | Finding) -> Iterator[Finding]:
        if isinstance(spot, Finding):
            yield spot
        else:
            context.say(f"connecting to {spot}")
            yield from _judged(context.smtp.probe(spot.endpoint), params)

    yield from one_by_one(spots(context, params), look, what="MX hosts")


def _judged(facts: SmtpFacts, params: ReachParams) -> Iterator[Finding]:
    where = str(facts.endpoint)
    if facts.failure is not None:
        yield _failed(facts, facts.failure)
    elif not facts.starttls or facts.tls is None:
        yield _without_tls(facts, required=params.starttls)
    else:
        yield Finding(
            "SMTP_READY",
            Outcome.PASS,
            where,
            args={"banner": facts.banner, "tls": facts.tls.version},
            evidence=facts.transcript,
        )
        if facts.tls.problem is not None:
            yield _distrusted(where, facts.tls)


def _failed(facts: SmtpFacts, failure: Failure) -> Finding:
    where, args = str(facts.endpoint), {"phase": failure.phase, "text": failure.text}
    host, port = facts.endpoint.ip, facts.endpoint.port
    if failure.kind == "refused":
        return Finding(
            "SMTP_REFUSED",
            Outcome.FAIL,
            where,
            args=args,
            evidence=facts.transcript,
            fix=f"start the mail server on {host}, and open port {port} for it in the firewall",
        )
    if failure.kind == "denied":
        return Finding(
            "SMTP_DENIED",
            Outcome.FAIL,
            where,
            args=args,
            evidence=facts.transcript,
            fix="the server does not want us: see its log for the reason (blocklist, reverse DNS, access rule)",
            refs=("RFC 5321 section 4.2.1",),
        )
    if failure.kind == "tls":
        return Finding(
            "SMTP_TLS_BROKEN",
            Outcome.FAIL,
            where,
            args=args,
            evidence=facts.transcript,
            fix=f"see what TLS it speaks: openssl s_client -starttls smtp -connect {host}:{port}",
            refs=("RFC 3207 section 4",),
        )
    return Finding(
        "SMTP_NOT_SEEN",
        Outcome.UNKNOWN,
        where,
        args=args,
        evidence=facts.transcript,
        fix=f"try from another network, as port 25 is often closed on the way out (smtp.egress tells): nc -v {host} {port}",
    )


def _without_tls(facts: SmtpFacts, *, required: bool) -> Finding:
    return Finding(
        "SMTP_NO_STARTTLS",
        Outcome.FAIL if required else Outcome.PASS,
        str(facts.endpoint),
        args={"banner": facts.banner},
        evidence=facts.transcript,
        fix="switch STARTTLS on, with a certificate for the MX host's name"
        if required
        else None,
        refs=("RFC 3207 section 4",),
    )


def _distrusted(where: str, tls: TlsFacts) -> Finding:
    """Mention a bad certificate: most senders deliver all the same, some (MTA-STS) do not."""
    return Finding(
        "SMTP_CERTIFICATE_DISTRUSTED",
        Outcome.PASS,
        where,
        args={"problem": tls.problem, "names": tls.names},
        fix="install a certificate of a public CA for the MX host's name, with its whole chain",
        refs=("RFC 7435", "RFC 8461 section 4.2"),
    )
