"""Whether the new addresses and names are on blocking lists, with each list tried out first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.checks.spots import system_of
from migrate_mail.files.names import Domain
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.reverse import list_name

_REFS = ("RFC 5782 section 2", "RFC 5782 section 3")


class ListParams(SideParams):
    """Whose addresses, and which lists."""

    lists: list[Domain] = Field(
        default_factory=lambda: ["zen.spamhaus.org"],
        min_length=1,
        description="blocking lists of addresses to ask; most refuse to answer public resolvers",
    )
    names: list[Domain] = Field(
        default_factory=lambda: ["dbl.spamhaus.org"],
        description="blocking lists of names to ask about the domains and the MX hosts",
    )


@dataclass(frozen=True, slots=True)
class _List:
    """A list, and what it is asked about: addresses, or names (`named`)."""

    zone: str
    subjects: tuple[str, ...]
    named: bool = False

    @property
    def listed(self) -> str:
        """What it must list (RFC 5782 section 5)."""
        return "test" if self.named else "127.0.0.2"

    @property
    def clean(self) -> str:
        """What it must not list."""
        return "invalid" if self.named else "127.0.0.1"

    def question(self, subject: str) -> str:
        """Return the name to ask for."""
        return f"{subject}.{self.zone}" if self.named else list_name(subject, self.zone)


def verdict(records: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that mean `listed`; ValueError for what is a refusal or no answer of a list. PURE."""
    strange = [r for r in records if not r.startswith("127.") or r.startswith("127.255.255.")]
    if strange:
        raise ValueError(f"the list answers {', '.join(strange)}, which is a refusal")
    return tuple(records)


@check(
    "ip.blocklists",
    title="The sending addresses, the domains and the MX hosts are on no blocking list",
    about=About(
        looks="each sending address on each list of addresses, each domain and MX host on each list of names, asked through your resolvers; before, that the list has its test entry and does not list everything",
        matters="An address from a cloud provider, or a domain that was bought, may have been a spammer's last month: what you send is refused everywhere.",
        mend="Ask the list for removal, or the provider for another address, before the move.",
        refs=(*_REFS, "RFC 5782 section 5"),
    ),
    params=ListParams,
)
def blocklists(context: Context, params: ListParams) -> Iterator[Finding]:
    """Try each list out, then ask it about each address or name."""
    addresses = tuple(sending_of(context, params.system).addresses)
    if not addresses:
        yield from not_told(params.system, "from which addresses it sends")
    hosts = (mx.host.rstrip(".") for mx in system_of(context, params.system).mx)
    names = tuple(dict.fromkeys([*context.inventory.spec.domains, *hosts]))
    lists = [
        *(_List(zone, addresses) for zone in params.lists if addresses),
        *(_List(zone, names, named=True) for zone in params.names),
    ]
    yield from one_by_one(lists, lambda a: _asked(context, a), what="blocking lists", name=lambda a: a.zone)  # fmt: skip


def _asked(context: Context, a: _List) -> Iterator[Finding]:
    listed, clean = (_ask(context, a, subject) for subject in (a.listed, a.clean))
    doubt = _doubt(a, listed, clean)
    if doubt:
        yield _useless(a.zone, doubt, [listed, clean])
        return
    for subject in a.subjects:
        yield _judged(a, subject, _ask(context, a, subject))


def _ask(context: Context, a: _List, subject: str) -> DnsAnswer:
    answers = context.dns.resolvers(a.question(subject), "A")
    return next((a for a in answers if not a.silent), answers[0])


def _doubt(a: _List, listed: DnsAnswer, clean: DnsAnswer) -> str:
    """Say why what a list answers means nothing; empty when it works (RFC 5782 section 5)."""
    for answer in (listed, clean):
        if answer.silent:
            return f"{answer.status}: {answer.text}"
    try:
        if not verdict(listed.records):
            return f"its test entry {a.listed} is not there: it does not answer this resolver, or is no more"
        verdict(clean.records)
    except ValueError as exc:
        return str(exc)
    return f"it lists everything, {a.clean} too" if clean.records else ""


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


def _judged(a: _List, what: str, answer: DnsAnswer) -> Finding:
    subject, vantage = f"{what} on {a.zone}", f"resolver {answer.server}"
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
            "NAME_LISTED" if a.named else "IP_LISTED",
            Outcome.FAIL,
            subject,
            vantage,
            args={"codes": codes},
            evidence=evidence,
            fix=f"look {what} up at the list's site and ask for removal"
            + ("" if a.named else ", or send from another address"),
            refs=_REFS,
        )
    return Finding(
        "NAME_NOT_LISTED" if a.named else "IP_NOT_LISTED",
        Outcome.PASS,
        subject,
        vantage,
        evidence=evidence,
    )
