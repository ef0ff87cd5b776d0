"""Whether all addresses behind one MX host are the same server."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.smtp.both import greet, places
from migrate_mail.checks.smtp.extensions import keywords
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts


@check(
    "smtp.uniform",
    title="All addresses of new offer the same",
    about=About(
        looks="EHLO keywords, STARTTLS and the names in the certificate, at every address of new, compared with each other",
        matters="One of several servers that was forgotten in an update gives trouble to every third sender, and nobody can repeat it.",
        mend="Bring the server that differs to the state of the others.",
    ),
    params=NoParams,
)
def uniform(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare the addresses of new."""
    found, problems = places(context, "new")
    yield from problems
    seen = list(greet(context, found))
    for facts in (f for f in seen if f.failure is not None):
        assert facts.failure is not None
        yield Finding(
            "UNIFORM_NOT_SEEN",
            Outcome.UNKNOWN,
            str(facts.endpoint),
            args={"text": f"{facts.failure.phase}: {facts.failure.text}"},
        )
    well = [f for f in seen if f.failure is None]
    if well:
        yield _compared(well)


def _compared(seen: list[SmtpFacts]) -> Finding:
    faces = {f.endpoint: _face(f) for f in seen}
    differ = len(set(faces.values())) > 1
    lines = tuple(f"{endpoint}: {' '.join(sorted(face))}" for endpoint, face in faces.items())
    return Finding(
        "SERVERS_DIFFER" if differ else "SERVERS_UNIFORM",
        Outcome.FAIL if differ else Outcome.PASS,
        "the new system",
        args={"count": len(seen), "kinds": len(set(faces.values()))},
        evidence=lines,
        fix="bring the server that differs to the state of the others" if differ else None,
    )


def _face(facts: SmtpFacts) -> frozenset[str]:
    """Return what senders see of a server; SIZE with its number."""
    sizes = {f for f in facts.features if f.startswith("SIZE")}
    tls = {"STARTTLS"} if facts.starttls else set()
    return keywords(facts.features) | sizes | tls
