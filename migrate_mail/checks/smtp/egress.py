"""Whether this machine can reach port 25 of anybody: if not, all that smtp.* saw is about us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.spots import SMTP_PORT
from migrate_mail.errors import NetError
from migrate_mail.files.names import Domain
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import SmtpFacts

_BLOCKED = {"timeout", "refused", "unreachable"}
_FIX = "look from a machine that may send mail, such as the new server itself; or ask your provider to open outgoing port 25"


class EgressParams(StrictModel):
    """Whom to try."""

    known: list[Domain] = Field(
        default_factory=lambda: ["gmail.com", "outlook.com", "yahoo.com"],
        min_length=2,
        description="domains of other organisations whose MX hosts surely answer; each is greeted once",
    )


@dataclass(frozen=True, slots=True)
class _Try:
    """What came of one domain: a greeting, a refusal to talk, or a reason. seen: a server spoke SMTP."""

    domain: str
    text: str
    seen: bool = False
    kind: str = ""
    server: str = ""


@check(
    "smtp.egress",
    title="This machine can reach port 25 of others",
    about=About(
        looks="the first MX host of some large receivers: connect, read the greeting, QUIT; nothing is sent",
        matters="Most access and many hosting providers block outgoing port 25. From there no MX host of anybody answers, and every smtp.* check is unknown through no fault of new.",
        mend="Run migrate-mail on a machine that may send mail, or have the port opened. It says nothing of the new server: ip.egress does.",
        refs=("RFC 5321 section 4.3.1",),
    ),
    params=EgressParams,
)
def egress(context: Context, params: EgressParams) -> Iterator[Finding]:
    """Greet one MX host of each."""
    tries: dict[str, _Try] = {}
    for domain in params.known:
        tries |= _tried(context, domain, tries)
    yield _judged(list(tries.values()))


def _tried(context: Context, domain: str, done: dict[str, _Try]) -> dict[str, _Try]:
    """Return what came of a domain, by its MX host; nothing for a host that was greeted already."""
    try:
        endpoint = _first(context, domain)
    except NetError as error:
        return {domain: _Try(domain, error.text, kind="dns")}
    if endpoint.host in done:
        return {}
    context.say(f"connecting to {endpoint}")
    return {endpoint.host: _heard(domain, context.smtp.greet(endpoint))}


def _first(context: Context, domain: str) -> Endpoint:
    """Return where the best MX host of a domain is; NetError when that cannot be found out."""
    answers = context.dns.resolvers(domain, "MX")
    answer = next((a for a in answers if a.records), answers[0])
    ranked = sorted(answer.records, key=lambda record: int(record.split()[0]))
    if not ranked:
        raise NetError("dns", domain, "MX", f"no MX record: {answer.status} {answer.text}")
    host = ranked[0].split()[1].rstrip(".")
    found = context.dns.endpoints(host, SMTP_PORT, ask="resolvers")
    if not found:
        raise NetError("dns", host, "A/AAAA", "it has no address")
    return found[0]


def _heard(domain: str, facts: SmtpFacts) -> _Try:
    """Take a refusal by SMTP as reached: whoever refuses us was there."""
    failed = facts.failure
    if failed is None or (failed.phase == "banner" and failed.kind in {"busy", "denied"}):
        line = failed.text if failed else facts.banner
        server = " ".join(line.lower().split()[1:2])
        return _Try(domain, f"{facts.endpoint}: {line}", seen=True, server=server)
    kind = failed.kind if failed.phase == "connect" else ""
    return _Try(domain, f"{facts.endpoint}: {failed.phase}: {failed.text}", kind=kind)


def _judged(tries: Sequence[_Try]) -> Finding:
    seen = [t for t in tries if t.seen]
    evidence = tuple(f"{t.domain}: {t.text}" for t in tries)
    names = tuple(t.domain for t in seen or tries)
    if len(seen) > 1 and len({t.server for t in seen}) == 1:
        text = f"the MX hosts of {', '.join(names)} all greet as {seen[0].server or 'nobody'}: something on the way answers for them"
        return Finding("EGRESS_INTERCEPTED", Outcome.UNKNOWN, "this machine", args={"text": text}, evidence=evidence, fix=_FIX)  # fmt: skip
    if seen:
        return Finding("EGRESS_OPEN", Outcome.PASS, "this machine", args={"names": names}, evidence=evidence)  # fmt: skip
    if all(t.kind in _BLOCKED for t in tries):
        text = "the network or the provider of this machine blocks outgoing port 25, so that nothing of what smtp.* could not see is the fault of new"
        return Finding("EGRESS_BLOCKED", Outcome.UNKNOWN, "this machine", args={"names": names, "text": text}, evidence=evidence, fix=_FIX)  # fmt: skip
    text = "; ".join(t.text for t in tries)
    return Finding("EGRESS_NOT_SEEN", Outcome.UNKNOWN, "this machine", args={"text": text}, evidence=evidence, fix=_FIX)  # fmt: skip
