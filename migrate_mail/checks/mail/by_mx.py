"""Whether mail sent as the world sends it lands where it should, and only there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.mail.probe import Probe, begin, canaries, evidence_of, reply_of
from migrate_mail.checks.spots import SMTP_PORT, legal_host
from migrate_mail.delivery.roundtrip import Landing
from migrate_mail.delivery.route import sending_order
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import Submission
from migrate_mail.state.records import MailboxSide

_REFS = ("RFC 5321 section 5.1",)


class ByMxParams(StrictModel):
    """Where the mail of the world should be now."""

    land_on: Literal["old", "new"] = Field(
        default="new", description="the side that must have the message; the other must not"
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One MX RRset as some resolvers give it."""

    answer: DnsAnswer
    resolvers: tuple[str, ...]

    def __str__(self) -> str:
        return f"MX through resolver {', '.join(self.resolvers)}"


@check(
    "mail.by_mx",
    title="Mail sent as the world sends it lands on the right side only",
    about=About(
        looks="a test message, sent as the world sends it: MX from a resolver, host by host, and then looked for at both systems",
        matters="It is the only look at the whole way that mail takes.",
        mend="The finding says how far the message came: route, refusal, queue, or the wrong system.",
        refs=("RFC 5321 section 5.1",),
    ),
    params=ByMxParams,
    each=("domains",),
)
def by_mx(context: Context, params: ByMxParams) -> Iterator[Finding]:
    """Ask the resolvers for the MX, send by the first host that takes it, look on both sides."""

    def look(account: Account | Finding) -> Iterator[Finding]:
        if isinstance(account, Finding):
            yield account
        else:
            yield from _domain(context, params, account)

    yield from one_by_one(canaries(context), look, what="domains")


def _domain(context: Context, params: ByMxParams, account: Account) -> Iterator[Finding]:
    """Send one message for each different answer of the resolvers."""
    answers = context.dns.resolvers(account.domain, "MX")
    views: dict[tuple[str, ...], list[DnsAnswer]] = defaultdict(list)
    for answer in answers:
        if answer.silent:
            yield _no_answer(answer)
        else:
            views[answer.records].append(answer)
    for same in views.values():
        names = tuple(f"{a.server.ip}:{a.server.port}" for a in same)
        yield from _view(context, params, account, _View(same[0], names))


def _no_answer(answer: DnsAnswer) -> Finding:
    return Finding(
        "MX_NOT_SEEN",
        Outcome.UNKNOWN,
        f"{answer.name} MX",
        f"resolver {answer.server.ip}:{answer.server.port}",
        args={"status": answer.status, "text": answer.text},
        evidence=as_zone(answer),
    )


def _view(
    context: Context, params: ByMxParams, account: Account, view: _View
) -> Iterator[Finding]:
    endpoints, faults = _route(context, view.answer)
    if not endpoints:
        yield _no_route(account, view, faults)
        return
    probe = begin(context, account, via=str(view))
    sent = _submit(probe, endpoints)
    last = sent[-1]
    if last.accepted:
        yield _landed(params, view, probe, sent, probe.find(["old", "new"], reply_of(last)))
    else:
        probe.failed(reply_of(last))
        yield _not_taken(view, probe, sent)


def _route(context: Context, answer: DnsAnswer) -> tuple[list[Endpoint], tuple[str, ...]]:
    """Return every address in the order in which a sender tries them, and what had none."""
    endpoints: list[Endpoint] = []
    faults: list[str] = []
    for mx in sending_order(answer.records):
        if not legal_host(mx.host):
            faults.append(f"{mx.host} is no host name")
            continue
        try:
            found = context.dns.endpoints(mx.host, SMTP_PORT, ask="resolvers")
        except NetError as error:
            faults.append(str(error))
            continue
        endpoints += found
        faults += [] if found else [f"{mx.host} has no address"]
    return list(dict.fromkeys(endpoints)), tuple(faults)


def _submit(probe: Probe, endpoints: Sequence[Endpoint]) -> list[Submission]:
    """Try one address after the other until one takes the message or refuses it for good."""
    sent: list[Submission] = []
    for endpoint in endpoints:
        sent.append(probe.send(endpoint))
        if sent[-1].accepted or sent[-1].code >= 500:
            break
    return sent


def _no_route(account: Account, view: _View, faults: tuple[str, ...]) -> Finding:
    return Finding(
        "MAIL_NO_ROUTE",
        Outcome.UNKNOWN if faults else Outcome.FAIL,
        f"{account.domain} MX",
        str(view),
        args={"recipient": account.address, "faults": faults},
        evidence=(*as_zone(view.answer), *faults),
        fix=f"publish the MX records of {account.domain}, and addresses of the hosts in them",
        refs=_REFS,
    )


def _not_taken(view: _View, probe: Probe, sent: Sequence[Submission]) -> Finding:
    args = {"recipient": probe.account.address, "reply": reply_of(sent[-1])}
    evidence = (*as_zone(view.answer), *evidence_of(probe, sent))
    if sent[-1].code >= 500:
        return Finding(
            "MAIL_BOUNCED",
            Outcome.FAIL,
            probe.account.address,
            str(view),
            args=args | {"host": str(sent[-1].endpoint)},
            evidence=evidence,
            fix=f"see the log of {sent[-1].endpoint.host}: senders get this reply back as a bounce",
            refs=("RFC 5321 section 4.2.1",),
        )
    return Finding(
        "MAIL_QUEUED",
        Outcome.UNKNOWN,
        probe.account.address,
        str(view),
        args=args | {"tried": len(sent)},
        evidence=evidence,
        fix="greylisting, or no MX host answers us: look again in some minutes, and see smtp.reach",
        refs=("RFC 5321 section 4.5.4.1",),
    )


def _landed(
    params: ByMxParams, view: _View, probe: Probe, sent: Sequence[Submission], landing: Landing
) -> Finding:
    wanted: MailboxSide = params.land_on
    other: MailboxSide = "old" if wanted == "new" else "new"
    args: dict[str, Arg] = {
        "side": wanted,
        "other": other,
        "host": str(sent[-1].endpoint),
        "seconds": landing.seconds,
        "text": "; ".join(landing.faults.values()),
    }
    found = partial(
        Finding,
        subject=probe.account.address,
        vantage=str(view),
        args=args,
        evidence=(*as_zone(view.answer), *evidence_of(probe, sent, landing)),
    )
    if other in landing.seen and wanted in landing.seen:
        return found("MAIL_ON_BOTH", Outcome.FAIL, fix=_both(other))
    if other in landing.seen:
        return found("MAIL_ON_WRONG_SIDE", Outcome.FAIL, fix=_wrong_side(view, wanted))
    if landing.faults:
        return found("MAIL_SIDES_NOT_SEEN", Outcome.UNKNOWN)
    if wanted in landing.seen:
        return found("MAIL_LANDED", Outcome.PASS)
    host = sent[-1].endpoint.host
    return found(
        "MAIL_LOST",
        Outcome.FAIL,
        fix=f"follow the Message-ID through the log and the queue of {host}",
    )


def _both(other: MailboxSide) -> str:
    return (
        f"if nobody set up dual delivery on purpose, find the rule that copies mail to {other}"
    )


def _wrong_side(view: _View, wanted: MailboxSide) -> str:
    ttl = view.answer.ttl or 0
    return (
        f"if the resolver still gives the MX records of before, wait {ttl} s and look again; "
        f"if not, the host that took it must pass mail on to the {wanted} system"
    )
