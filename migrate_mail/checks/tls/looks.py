"""What the TLS checks have in common: dialling each MX address, and servers that show no TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrate_mail.checks.base import Context
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Failure
from migrate_mail.net.smtp_facts import SmtpFacts


def at_each(
    context: Context, params: MxParams, look: Callable[[Spot], Iterator[Finding]]
) -> Iterator[Finding]:
    """Look at every address of every MX host of a side."""

    def once(spot: Spot | Finding) -> Iterator[Finding]:
        if isinstance(spot, Finding):
            yield spot
        else:
            context.say(f"looking at TLS of {spot}")
            yield from look(spot)

    yield from one_by_one(spots(context, params), once, what="MX hosts")


def without_tls(facts: SmtpFacts) -> Finding | None:
    """Return the finding for a server that showed no TLS; None when it did."""
    if facts.tls is not None:
        return None
    if facts.failure is not None:
        return tls_not_seen(facts, facts.failure)
    return Finding(
        "TLS_NOT_OFFERED",
        Outcome.SKIP,
        str(facts.endpoint),
        args={"banner": facts.banner},
        evidence=facts.transcript,
        fix="switch STARTTLS on: tls.starttls tells whether old had it",
    )


def tls_not_seen(facts: SmtpFacts, failure: Failure) -> Finding:
    """Return the finding for a conversation that ended before TLS could be judged."""
    host, port = facts.endpoint.ip, facts.endpoint.port
    return Finding(
        "TLS_NOT_SEEN",
        Outcome.UNKNOWN,
        str(facts.endpoint),
        args={"phase": failure.phase, "text": failure.text},
        evidence=facts.transcript,
        fix=f"look by hand: openssl s_client -starttls smtp -connect {host}:{port}",
    )
