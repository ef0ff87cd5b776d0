"""Whether senders can fetch the policy: over HTTPS, as text, without a detour."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.mta_sts.policy import read_policy
from migrate_mail.checks.mta_sts.use import PATH, Use, fetched, not_used, transcript, use_of
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Failure
from migrate_mail.net.https import MOST
from migrate_mail.net.https_facts import HttpsFacts

_REFS = ("RFC 8461 section 3.3",)
_GRAMMAR = ("RFC 8461 section 3.2",)


@check(
    "mta_sts.fetch",
    title="Every address of the policy host serves a valid MTA-STS policy",
    about=About(
        looks="https://mta-sts.<domain>/.well-known/mta-sts.txt at each address: certificate, status 200 without redirect, text/plain, size, grammar",
        matters="A policy that cannot be fetched cannot be renewed: senders keep the old one, with the old MX hosts, for as long as its max_age says.",
        mend="Serve the file at the very address, with a certificate for mta-sts.<domain>.",
        refs=(*_REFS, *_GRAMMAR),
    ),
    params=ZoneParams,
    each=("domains",),
)
def fetch(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Fetch the policy from each address and judge what came."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        use = use_of(view, domain)
        if not use.used:
            yield not_used(domain)
        elif not use.host.ips and not use.records:
            yield from not_answered(use.voices.silent)
        elif not use.host.ips:
            yield _without_host(use)
        else:
            for facts in fetched(context, use):
                yield _judged(domain, facts)

    yield from one_by_one(context.domains(), look, what="domains")


def _without_host(use: Use) -> Finding:
    host = use.host.host
    return Finding(
        "STS_NO_HOST",
        Outcome.FAIL,
        use.domain,
        args={"host": host},
        evidence=use.host.evidence,
        fix=f"{host}. 300 IN A <IPv4 address of the web server with the policy>",
        refs=_REFS,
    )


def _judged(domain: str, facts: HttpsFacts) -> Finding:
    if facts.failure is not None:
        return _failed(domain, facts, facts.failure)
    if facts.tls is not None and facts.tls.problem is not None:
        return _distrusted(domain, facts, facts.tls.problem)
    if 300 <= facts.status < 400:
        return _redirected(domain, facts)
    if facts.status != 200:
        return _status(domain, facts)
    return _content(domain, facts)


def _content(domain: str, facts: HttpsFacts) -> Finding:
    kind = (facts.header("content-type") or "none").partition(";")[0].strip().lower()
    if kind != "text/plain":
        return _type(domain, facts, kind)
    if facts.cut:
        return _too_long(domain, facts)
    try:
        policy = read_policy(facts.body)
    except ValueError as exc:
        return _invalid(domain, facts, str(exc))
    return Finding(
        "STS_FETCHED",
        Outcome.PASS,
        domain,
        str(facts.endpoint),
        args={"mode": policy.mode, "mx": policy.mx, "max_age": policy.max_age},
        evidence=transcript(facts),
    )


def _failed(domain: str, facts: HttpsFacts, failure: Failure) -> Finding:
    args = {"phase": failure.phase, "text": failure.text}
    host, ip = facts.endpoint.host, facts.endpoint.ip
    if failure.kind in {"refused", "tls"}:
        return Finding(
            "STS_HOST_REFUSES",
            Outcome.FAIL,
            domain,
            str(facts.endpoint),
            args=args,
            evidence=transcript(facts),
            fix=f"start the web server for {host} on {ip}, with TLS on port 443",
            refs=_REFS,
        )
    return Finding(
        "STS_NOT_SEEN",
        Outcome.UNKNOWN,
        domain,
        str(facts.endpoint),
        args=args,
        evidence=transcript(facts),
        fix=f"try from another network: curl -v --resolve {host}:443:{ip} https://{host}{PATH}",
    )


def _distrusted(domain: str, facts: HttpsFacts, problem: str) -> Finding:
    names = facts.tls.names if facts.tls is not None else ()
    return Finding(
        "STS_HOST_DISTRUSTED",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"problem": problem, "names": names},
        evidence=transcript(facts),
        fix=f"install a certificate of a public CA for {facts.endpoint.host}, with its whole chain",
        refs=_REFS,
    )


def _redirected(domain: str, facts: HttpsFacts) -> Finding:
    return Finding(
        "STS_REDIRECTED",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"status": facts.status, "to": facts.header("location")},
        evidence=transcript(facts),
        fix=f"serve the policy at {facts.url} itself: senders follow no redirect",
        refs=_REFS,
    )


def _status(domain: str, facts: HttpsFacts) -> Finding:
    return Finding(
        "STS_STATUS",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"status": facts.status, "url": facts.url},
        evidence=transcript(facts),
        fix=f"put the policy where senders look: {facts.url}",
        refs=_REFS,
    )


def _type(domain: str, facts: HttpsFacts, kind: str) -> Finding:
    return Finding(
        "STS_NO_TEXT",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"type": kind},
        evidence=transcript(facts),
        fix="serve it with `Content-Type: text/plain`",
        refs=_GRAMMAR,
    )


def _too_long(domain: str, facts: HttpsFacts) -> Finding:
    return Finding(
        "STS_TOO_LONG",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"most": MOST},
        evidence=transcript(facts)[:4],
        fix="serve the policy and nothing else at that address",
        refs=_REFS,
    )


def _invalid(domain: str, facts: HttpsFacts, why: str) -> Finding:
    return Finding(
        "STS_POLICY_INVALID",
        Outcome.FAIL,
        domain,
        str(facts.endpoint),
        args={"why": why},
        evidence=transcript(facts),
        fix="the lines of a policy are:\nversion: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800",
        refs=_GRAMMAR,
    )
