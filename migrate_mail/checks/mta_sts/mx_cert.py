"""Whether the new MX hosts have the certificates that a policy demands."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mta_sts.policy import Mode
from migrate_mail.checks.mta_sts.use import PolicyParams, not_used, served, without_policy
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts

_REFS = ("RFC 8461 section 4.2",)


@check(
    "mta_sts.mx_cert",
    title="Every new MX host has the certificate that MTA-STS demands",
    about=About(
        looks="port 25 of each address of the new MX hosts, where a domain has a policy: STARTTLS, and a certificate of a public CA for the host's name",
        matters="Without a policy a bad certificate harms nobody; under `enforce` it stops the mail of the large providers.",
        mend="Install a certificate for the MX host's name with its whole chain, or go back to `mode: testing` until it is there.",
        refs=_REFS,
    ),
    params=PolicyParams,
    each=("domains",),
)
def mx_cert(context: Context, params: PolicyParams) -> Iterator[Finding]:
    """Look at the certificates of all new MX hosts, if a policy asks for them."""
    modes: set[Mode] = set()
    seen: list[Finding] = []

    def look(domain: str) -> Iterator[Finding]:
        found = served(context, params, domain)
        if found is None:
            yield not_used(domain)
            return
        modes.update(one.policy.mode for one in found if one.policy is not None)
        yield from without_policy(domain, found)

    seen = list(one_by_one(context.domains(), look, what="domains"))
    wanted = modes - {"none"}
    yield from seen
    if wanted:
        yield from _hosts(
            context, outcome=Outcome.FAIL if "enforce" in wanted else Outcome.PASS
        )
    elif modes:
        yield Finding("STS_ALL_OFF", Outcome.SKIP, "MTA-STS", args={"mode": "none"})


def _hosts(context: Context, *, outcome: Outcome) -> Iterator[Finding]:
    """Look at each address; outcome: of a bad one. In testing mode senders only report it."""

    def look(spot: Spot | Finding) -> Iterator[Finding]:
        if isinstance(spot, Finding):
            yield spot
        else:
            context.say(f"looking at the certificate of {spot}")
            yield _judged(context.smtp.probe(spot.endpoint), outcome)

    params = MxParams(system="new")
    yield from one_by_one(spots(context, params), look, what="MX hosts")


def _judged(facts: SmtpFacts, outcome: Outcome) -> Finding:
    where = str(facts.endpoint)
    host = facts.endpoint.host
    if facts.tls is not None and facts.tls.problem is None:
        return Finding(
            "STS_MX_TRUSTED",
            Outcome.PASS,
            where,
            args={"names": facts.tls.names, "until": str(facts.tls.not_after)},
            evidence=facts.transcript,
        )
    if facts.tls is not None:
        return Finding(
            "STS_MX_DISTRUSTED",
            outcome,
            where,
            args={"problem": facts.tls.problem, "names": facts.tls.names},
            evidence=facts.transcript,
            fix=f"install a certificate of a public CA for {host}, with its whole chain",
            refs=_REFS,
        )
    if facts.failure is None or (facts.starttls and facts.failure.kind == "tls"):
        text = facts.failure.text if facts.failure is not None else "STARTTLS is not offered"
        return Finding(
            "STS_MX_WITHOUT_TLS",
            outcome,
            where,
            args={"text": text},
            evidence=facts.transcript,
            fix=f"switch STARTTLS on, with a certificate for {host}",
            refs=_REFS,
        )
    return Finding(
        "STS_MX_NOT_SEEN",
        Outcome.UNKNOWN,
        where,
        args={"phase": facts.failure.phase, "text": facts.failure.text},
        evidence=facts.transcript,
        fix="look again, or from another network",
    )
