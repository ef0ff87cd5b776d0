"""Whether TLS is offered at each new address, and is not lost against old."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.checks.tls.looks import at_each, tls_not_seen
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts

_REFS = ("RFC 3207 section 4",)


@check(
    "tls.starttls",
    title="STARTTLS is offered and works at every new address, and is not lost against old",
    about=About(
        looks="port 25 of every address of the new MX hosts: STARTTLS in the answer to EHLO, and a handshake; if it lacks, the same at old",
        matters="Partners who were told to send with TLS only stop delivering when new does not offer it, and all others send in the clear.",
        mend="Switch STARTTLS on at each address that the finding names, with a certificate for the MX host.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("mx_hosts",),
)
def starttls(context: Context, _params: NoParams) -> Iterator[Finding]:
    """Shake hands at each new address; look at old where that is not possible."""

    @cache
    def old() -> tuple[SmtpFacts, ...]:
        return tuple(_at_old(context))

    def look(spot: Spot) -> Iterator[Finding]:
        facts = context.smtp.probe(spot.endpoint)
        if facts.tls is not None:
            yield _works(facts)
        elif facts.starttls and facts.failure is not None and facts.failure.kind == "tls":
            yield _broken(facts, facts.failure.text)
        elif facts.failure is not None:
            yield tls_not_seen(facts, facts.failure)
        else:
            yield _lacking(facts, old())

    yield from at_each(context, MxParams(system="new"), look)


def _at_old(context: Context) -> Iterator[SmtpFacts]:
    """Give what each address of old shows; what cannot be dialled shows nothing."""
    try:
        for spot in spots(context, MxParams(system="old")):
            if isinstance(spot, Spot) and spot.side == "old":
                yield context.smtp.probe(spot.endpoint)
    except NetError:
        return


def _works(facts: SmtpFacts) -> Finding:
    assert facts.tls is not None
    return Finding(
        "STARTTLS_WORKS",
        Outcome.PASS,
        str(facts.endpoint),
        args={"tls": facts.tls.version, "cipher": facts.tls.cipher},
        evidence=facts.transcript,
    )


def _broken(facts: SmtpFacts, text: str) -> Finding:
    host, port = facts.endpoint.ip, facts.endpoint.port
    return Finding(
        "STARTTLS_BROKEN",
        Outcome.FAIL,
        str(facts.endpoint),
        args={"text": text},
        evidence=facts.transcript,
        fix=f"see the server's log, and: openssl s_client -starttls smtp -connect {host}:{port}",
        refs=_REFS,
    )


def _lacking(facts: SmtpFacts, old: tuple[SmtpFacts, ...]) -> Finding:
    """Judge a server without STARTTLS by what old has."""
    where, evidence = str(facts.endpoint), facts.transcript
    having = tuple(str(o.endpoint) for o in old if o.starttls)
    if having:
        return Finding(
            "STARTTLS_LOST",
            Outcome.FAIL,
            where,
            args={"old": having},
            evidence=evidence,
            fix="switch STARTTLS on, with a certificate for the MX host's name",
            refs=_REFS,
        )
    unseen = [o.failure.text for o in old if o.failure is not None] or ["no address"]
    if not old or len(unseen) == len(old):
        return Finding(
            "STARTTLS_OLD_NOT_SEEN",
            Outcome.UNKNOWN,
            where,
            args={"text": unseen[0]},
            evidence=evidence,
            fix="switch STARTTLS on; then it does not matter what old has",
        )
    return Finding(
        "STARTTLS_NOWHERE",
        Outcome.PASS,
        where,
        args={"banner": facts.banner},
        evidence=evidence,
        fix="switch STARTTLS on: large providers mark mail that goes in the clear",
        refs=_REFS,
    )
