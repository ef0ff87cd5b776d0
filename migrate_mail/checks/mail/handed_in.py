"""A test message that is handed in at one place, and the finding of where it came out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from migrate_mail.checks.base import Context
from migrate_mail.checks.desks import Desk
from migrate_mail.checks.mail.probe import Probe, begin, evidence_of, reply_of
from migrate_mail.delivery.roundtrip import Landing
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import Submission
from migrate_mail.net.submission import Letter, Sender, SubmissionFacts
from migrate_mail.state.records import MailboxSide

_REFS = ("RFC 5321 section 5.1",)


@dataclass(frozen=True, slots=True)
class Way:
    """Where mail that is handed in should come out. good: any of these sides; alone: and only there.

    why, fix: what is wrong where it came out at the other side, and what to do.
    """

    good: Collection[MailboxSide]
    alone: bool
    why: str
    fix: str

    @property
    def wanted(self) -> str:
        """The sides in words."""
        return " or ".join(sorted(self.good))


def by_port_25(context: Context, account: Account, endpoint: Endpoint, way: Way) -> Finding:
    """Hand in as other servers do, and look where it is."""
    probe = begin(context, account, via=str(endpoint))
    return _followed(probe, probe.send(endpoint), way)


def by_login(context: Context, account: Account, desk: Desk, way: Way) -> Finding:
    """Hand in as the account's mail program does, and look where it is."""
    sender = desk.sender(account)
    via = f"{desk.endpoint}, with a login"
    probe = begin(context, account, via=via, sender=account.address)
    context.say(f"sending a test message as {account.address} by {desk.endpoint}")
    facts = desk.look(sender, Letter(account.address, probe.message.content))
    return _followed(probe, _handed_in(facts, sender), way)


def _handed_in(facts: SubmissionFacts, sender: Sender) -> Submission:
    """Return the reply to the message; code 0 where the conversation did not get as far as that."""
    # What an admin may send in the name of others is no news of the way.
    said = facts.taken or (None if sender.who.admin else facts.rights)
    if said is not None:
        return Submission(facts.endpoint, said.code, said.text)
    return Submission(facts.endpoint, 0, "; ".join(_in_the_way(facts, sender)), facts.failure)


def _in_the_way(facts: SubmissionFacts, sender: Sender) -> Iterator[str]:
    if facts.failure is not None:
        yield f"{facts.failure.phase}: {facts.failure.text}"
    elif facts.distrust is not None:
        yield facts.distrust
    elif not facts.tls:
        yield "no TLS is offered there, and so no login"
    elif facts.login is None:
        yield f"no mechanism is offered there that can carry a {sender.way}"
    elif facts.rights is not None:
        yield f"{sender.who.admin} may not send as {sender.address}: {facts.rights}"
    else:
        yield f"the login is refused: {facts.login}"


def _followed(probe: Probe, sent: Submission, way: Way) -> Finding:
    if 200 <= sent.code < 300:
        landing = probe.find(["old", "new"], reply_of(sent))
        return _landed(probe, sent, landing, way)
    reply = reply_of(sent) if sent.code else sent.text
    probe.failed(reply)
    args: dict[str, Arg] = {"recipient": probe.account.address, "reply": reply}
    found = partial(
        Finding, subject=str(sent.endpoint), args=args, evidence=evidence_of(probe, [sent])
    )
    if sent.code >= 500:
        return found("ROUTE_REFUSED", Outcome.FAIL, fix=f"see the log of {sent.endpoint.host} for why it refused {probe.account.address}", refs=("RFC 5321 section 4.2.1",))  # fmt: skip
    return found("ROUTE_NOT_TRIED", Outcome.UNKNOWN)


def _landed(probe: Probe, sent: Submission, landing: Landing, way: Way) -> Finding:
    seen = set(landing.seen)
    args: dict[str, Arg] = {
        "recipient": probe.account.address,
        "wanted": way.wanted,
        "there": " and ".join(sorted(seen)),
        "seconds": landing.seconds,
        "why": way.why,
        "text": "; ".join(landing.faults.values()),
    }
    found = partial(
        Finding,
        subject=str(sent.endpoint),
        args=args,
        evidence=evidence_of(probe, [sent], landing),
    )
    if len(seen - set(way.good)) == len(seen) == 1:
        return found("ROUTE_WRONG", Outcome.FAIL, fix=way.fix, refs=_REFS)
    if seen - set(way.good):
        return found("ROUTE_ON_BOTH", Outcome.FAIL, fix=way.fix, refs=_REFS)
    if landing.faults and (way.alone or not seen):
        return found("ROUTE_NOT_SEEN", Outcome.UNKNOWN)
    if seen:
        return found("ROUTE_RIGHT", Outcome.PASS)
    return found(
        "ROUTE_TO_NOWHERE",
        Outcome.FAIL,
        fix=f"follow the Message-ID through the log and the queue of {sent.endpoint.host}, and of the server that it passes mail on to",
        refs=_REFS,
    )
