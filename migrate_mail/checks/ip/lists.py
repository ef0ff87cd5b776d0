"""Whether the new addresses are on blocking lists, with each list tried out first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.files.names import Domain
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import DnsAnswer
from migrate_mail.net.reverse import list_name

_REFS = ("RFC 5782 section 2",)
_LISTED, _CLEAN = "127.0.0.2", "127.0.0.1"


class ListParams(SideParams):
    """Whose addresses, and which lists."""

    lists: list[Domain] = Field(
        default_factory=lambda: ["zen.spamhaus.org"],
        min_length=1,
        description="blocking lists to ask; most refuse to answer public resolvers",
    )


def verdict(records: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that mean `listed`; ValueError for what is a refusal or no answer of a list. PURE."""
    strange = [r for r in records if not r.startswith("127.") or r.startswith("127.255.255.")]
    if strange:
        raise ValueError(f"the list answers {', '.join(strange)}, which is a refusal")
    return tuple(records)


@check(
    "ip.blocklists",
    title="The sending addresses are on no blocking list",
    about=About(
        looks="each sending address on each list, asked through your resolvers; before, that the list has its test entry and does not list everything",
        matters="An address from a cloud provider may have been a spammer's last month: what you send from it is refused everywhere.",
        mend="Ask the list for removal, or the provider for another address, before the move.",
        refs=("RFC 5782 section 2", "RFC 5782 section 5"),
    ),
    params=ListParams,
)
def blocklists(context: Context, params: ListParams) -> Iterator[Finding]:
    """Try each list out, then ask it about each address."""
    addresses = sending_of(context, params.system).addresses
    if not addresses:
        yield from not_told(params.system, "from which addresses it sends")
        return

    def look(zone: str) -> Iterator[Finding]:
        asked = {ip: _ask(context, ip, zone) for ip in (_LISTED, _CLEAN)}
        doubt = _doubt(asked[_LISTED], asked[_CLEAN])
        if doubt:
            yield _useless(zone, doubt, list(asked.values()))
            return
        for ip in addresses:
            yield _judged(ip, zone, _ask(context, ip, zone))

    yield from one_by_one(params.lists, look, what="blocking lists")


def _ask(context: Context, ip: str, zone: str) -> DnsAnswer:
    answers = context.dns.resolvers(list_name(ip, zone), "A")
    return next((a for a in answers if not a.silent), answers[0])


def _doubt(listed: DnsAnswer, clean: DnsAnswer) -> str:
    """Say why what a list answers means nothing; empty when it works (RFC 5782 section 5)."""
    for answer in (listed, clean):
        if answer.silent:
            return f"{answer.status}: {answer.text}"
    try:
        if not verdict(listed.records):
            return "its test entry 127.0.0.2 is not there: it does not answer this resolver, or is no more"
        verdict(clean.records)
    except ValueError as exc:
        return str(exc)
    return "it lists everything, 127.0.0.1 too" if clean.records else ""


def _useless(zone: str, text: str, answers: Sequence[DnsAnswer]) -> Finding:
    return Finding(
        "LIST_NO_ANSWER",
        Outcome.UNKNOWN,
        zone,
        f"resolver {answers[0].server}",
        args={"text": text},
        evidence=tuple(f"{a.name} A: {a.status} {' '.join(a.records)}" for a in answers),
        fix="ask through a resolver of your own (`resolvers:` in migration.yaml), or name another list",
    )


def _judged(ip: str, zone: str, answer: DnsAnswer) -> Finding:
    subject, vantage = f"{ip} on {zone}", f"resolver {answer.server}"
    evidence = (f"{answer.name} A: {' '.join(answer.records) or answer.status}",)
    try:
        codes = verdict(answer.records)
        text = f"{answer.status}: {answer.text}" if answer.silent else ""
    except ValueError as exc:
        codes, text = (), str(exc)
    if text:
        return Finding("LIST_NOT_SEEN", Outcome.UNKNOWN, subject, vantage, args={"text": text}, evidence=evidence)  # fmt: skip
    if codes:
        return Finding(
            "IP_LISTED",
            Outcome.FAIL,
            subject,
            vantage,
            args={"codes": codes},
            evidence=evidence,
            fix=f"look {ip} up at the list's site and ask for removal, or send from another address",
            refs=_REFS,
        )
    return Finding("IP_NOT_LISTED", Outcome.PASS, subject, vantage, evidence=evidence)
