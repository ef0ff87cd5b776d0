"""Test deliveries as the mail checks make them: journal, send, find, journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from migrate_mail.checks.base import Context
from migrate_mail.checks.mailboxes import Mailbox, doors_of
from migrate_mail.delivery.message import TestMessage, compose, new_token
from migrate_mail.delivery.roundtrip import Landing, Search
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import Submission
from migrate_mail.state.records import DeliveryRecord, MailboxSide


@dataclass(frozen=True, slots=True)
class Probe:
    """One test message on its way to one account, and what is written down of it."""

    context: Context
    account: Account
    message: TestMessage
    record: DeliveryRecord

    def send(self, endpoint: Endpoint) -> Submission:
        """Hand the message to one server."""
        self.context.say(f"sending a test message to {self.account.address} by {endpoint}")
        recipient, content = self.account.address, self.message.content
        return self.context.smtp.submit(endpoint, recipient, content)

    def find(self, sides: Sequence[MailboxSide], reply: str) -> Landing:
        """Look for the message on these sides until it is seen or the time is over."""
        self.context.say(f"looking for the test message in {self.account.address}")
        doors = doors_of(self.context)
        search = Search(
            message=self.message,
            doors={side: partial(Mailbox(self.account, side, doors).open) for side in sides},
            clock=self.context.clock,
            wait=self.context.wait,
        )
        landing = search.run(self.context.inventory.spec.probe.within)
        found = landing.found_on
        seconds = landing.seconds if landing.seen else None
        self._note(self.record._replace(reply=reply, found_on=found, seconds=seconds))
        return landing

    def failed(self, reply: str) -> None:
        """Write down that nobody took the message."""
        self._note(self.record._replace(reply=reply))

    def _note(self, record: DeliveryRecord) -> None:
        self.context.journal.record_delivery(record)


def begin(context: Context, account: Account, via: str, sender: str | None = None) -> Probe:
    """Write a test message to an account, and write down that it is sent before it is.

    sender: who writes, if not our own address.
    """
    spec, at, token = context.inventory.spec.probe, context.clock(), new_token()
    message = compose(
        token=token,
        sender=sender or spec.sender,
        recipient=account.address,
        helo=spec.helo,
        via=via,
        at=at,
    )
    record = DeliveryRecord(token, account.address, via, sent_at=at, reply="")
    context.journal.record_delivery(record)
    return Probe(context, account, message, record)


def reply_of(submission: Submission) -> str:
    """Return the server's words, with the code in front of them once."""
    text = submission.text
    return text if text.startswith(str(submission.code)) else f"{submission.code} {text}"


def canaries(context: Context) -> Iterator[Account | Finding]:
    """Give the account that gets the test mail of each domain; a finding where there is none."""
    for domain in context.domains():
        account = context.inventory.canary(domain)
        yield account if account is not None else _no_canary(domain)


def _no_canary(domain: str) -> Finding:
    return Finding(
        "NO_CANARY",
        Outcome.UNKNOWN,
        domain,
        args={"domain": domain},
        fix=f"name an account of {domain} under `probe.canary` in migration.yaml",
    )


def evidence_of(
    probe: Probe, sent: Sequence[Submission], landing: Landing | None = None
) -> tuple[str, ...]:
    """Return what happened to a message, line by line."""
    lines = [f"Message-ID: {probe.message.message_id}"]
    lines += [f"{s.endpoint}: {reply_of(s)}" for s in sent]
    if landing is not None:
        lines += [f"{side}: found in {folder}" for side, folder in landing.seen.items()]
        lines += [
            f"{side}: looked through {', '.join(f)}" for side, f in landing.looked.items() if f
        ]
        lines += [f"{side}: {fault}" for side, fault in landing.faults.items()]
    return tuple(lines)
