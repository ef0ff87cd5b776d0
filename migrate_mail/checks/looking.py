"""Looking at many things one after the other, so that a bad one costs only its own findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from migrate_mail.errors import MigrateMailError, NetError, SecretError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer

T = TypeVar("T")


def one_by_one(
    items: Iterable[T],
    look: Callable[[T], Iterator[Finding]],
    *,
    what: str,
    name: Callable[[T], str] = str,
) -> Iterator[Finding]:
    """Look at each item. What cannot be looked at, and nothing to look at, is `unknown`."""
    empty = True
    for item in items:
        empty = False
        try:
            yield from look(item)
        except (NetError, SecretError) as error:
            yield could_not_look(error, name(item))
    if empty:
        yield Finding(
            "NOTHING_TO_LOOK_AT",
            Outcome.UNKNOWN,
            what,
            fix=f"list the {what} in migration.yaml or its CSV files",
        )


def could_not_look(error: MigrateMailError, subject: str) -> Finding:
    """Return the finding for a conversation that could not be held at all."""
    phase = error.phase if isinstance(error, NetError) else ""
    text = error.text if isinstance(error, NetError) else error.message
    return Finding(
        "COULD_NOT_LOOK",
        Outcome.UNKNOWN,
        subject,
        args={"phase": phase, "text": text},
        evidence=(str(error),),
        fix=error.hint,
    )


def not_answered(answers: Sequence[DnsAnswer]) -> Iterator[Finding]:
    """Give a finding for the name servers that said nothing of a name; none when all spoke."""
    if answers:
        yield Finding(
            "NOT_ANSWERED",
            Outcome.UNKNOWN,
            f"{answers[0].name.rstrip('.')} {answers[0].rtype}",
            ", ".join(str(a.server) for a in answers),
            args={"status": answers[0].status, "text": answers[0].text},
            evidence=tuple(line for a in answers for line in as_zone(a)),
        )


def as_zone(answer: DnsAnswer) -> tuple[str, ...]:
    """Return what a DNS server said as lines of a zone file, or its silence in words."""
    name = answer.name.rstrip(".")
    if answer.cname and not answer.records:
        return (f"{name}. {answer.ttl} IN CNAME {answer.cname}",)
    if not answer.records:
        text = f": {answer.text}" if answer.text else ""
        return (f"{name}. {answer.rtype}: {answer.status}{text}",)
    alias = (f"{name}. CNAME {answer.cname}",) if answer.cname else ()
    owner = (answer.cname or name).rstrip(".")
    records = (f"{owner}. {answer.ttl} IN {answer.rtype} {r}" for r in answer.records)
    return (*alias, *records)
