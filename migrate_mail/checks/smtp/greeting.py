"""Whether the MX hosts greet in time, by a name that can be theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, legal_host, spots
from migrate_mail.files.scalars import Duration
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts

_REFS = ("RFC 5321 section 4.2", "RFC 5321 section 4.5.3.2.1")


class GreetingParams(MxParams):
    """What is in time."""

    within: Duration = Field(
        default="10s",
        validate_default=True,
        description="the greeting must come by then; senders wait for 5 minutes by the RFC, many for 30 s",
    )


@check(
    "smtp.greeting",
    title="The MX hosts greet in time, by a proper name",
    about=About(
        looks="the first line of each address of each MX host: how long it took, and the host name in it",
        matters="A greeting that comes late is a look-up or a filter that does not answer: hurried senders hang up, and every mail takes longer. A name like localhost makes logs useless and filters suspicious.",
        mend="Mend the server's DNS resolver and its blocking lists; set its name (Postfix: myhostname).",
        refs=_REFS,
    ),
    params=GreetingParams,
    each=("mx_hosts",),
)
def greeting(context: Context, params: GreetingParams) -> Iterator[Finding]:
    """Connect to each address and look at the first line."""

    def look(spot: Spot | Finding) -> Iterator[Finding]:
        if isinstance(spot, Finding):
            yield spot
        else:
            yield _judged(context.smtp.probe(spot.endpoint), params.within)

    yield from one_by_one(spots(context, params), look, what="MX hosts")


def _judged(facts: SmtpFacts, within: timedelta) -> Finding:
    where = str(facts.endpoint)
    if not facts.banner:
        text = facts.failure.text if facts.failure is not None else "no greeting"
        return Finding(
            "GREETING_NOT_SEEN",
            Outcome.UNKNOWN,
            where,
            args={"text": text},
            evidence=facts.transcript,
            fix="smtp.reach tells what stands in the way",
        )
    seconds, name = facts.greeting_ms / 1000, _name(facts.banner)
    args = {"seconds": f"{seconds:.1f}", "name": name, "banner": facts.banner}
    if seconds > within.total_seconds():
        return Finding(
            "GREETING_LATE",
            Outcome.FAIL,
            where,
            args=args,
            evidence=facts.transcript[:1],
            fix="see what the server looks up before it greets: its resolver, blocking lists, a greeting delay",
            refs=_REFS[1:],
        )
    if not legal_host(name):
        return Finding(
            "GREETING_NAMELESS",
            Outcome.FAIL,
            where,
            args=args,
            evidence=facts.transcript[:1],
            fix=f"have it greet by its own full name, such as {facts.endpoint.host} (Postfix: myhostname)",
            refs=_REFS[:1],
        )
    return Finding("GREETING_GOOD", Outcome.PASS, where, args=args)


def _name(banner: str) -> str:
    """Return the first word behind the code, which is the server's name."""
    words = banner.split()
    return words[1].rstrip(".") if len(words) > 1 else ""
