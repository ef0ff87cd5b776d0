"""Asking old and new the same, so that the answers can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.looking import could_not_look
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import RecipientReply, SmtpFacts
from migrate_mail.state.records import MailboxSide


@dataclass(frozen=True, slots=True)
class Said:
    """What one address of a side replied to each recipient. why: what ended the conversation early."""

    spot: Spot
    replies: Mapping[str, RecipientReply]
    why: str = ""

    def code(self, address: str) -> int:
        """Return the reply's code; 0 when it was not asked."""
        reply = self.replies.get(address)
        return reply.code if reply else 0

    def dialogue(self, address: str) -> tuple[str, ...]:
        """Return question and answer as lines."""
        reply = self.replies.get(address)
        text = f"{reply.code} {reply.text}" if reply else "not asked"
        return (f"{self.spot} -> RCPT TO:<{address}>", f"{self.spot} <- {text}")


def places(context: Context, side: MailboxSide) -> tuple[list[Spot], list[Finding]]:
    """Return every address of a side, and what stood in the way of finding some."""
    found: list[Spot] = []
    problems: list[Finding] = []
    try:
        for spot in spots(context, MxParams(system=side)):
            if isinstance(spot, Finding):
                problems.append(spot)
            elif spot.side == side:
                found.append(spot)
    except NetError as error:
        problems.append(could_not_look(error, f"the {side} system"))
    return found, problems


def ask(
    context: Context, spot: Spot, addresses: Sequence[str], sender: str | None = None
) -> Said:
    """Ask one address for recipients; nothing is sent."""
    facts = context.smtp.recipients(spot.endpoint, addresses, sender=sender)
    why = facts.failure.text if facts.failure is not None else ""
    return Said(spot, {r.address: r for r in facts.replies}, why)


def accepted(answers: Sequence[Said], address: str) -> bool | None:
    """Tell whether a side accepts an address; None when no answer of it tells."""
    codes = [said.code(address) for said in answers]
    if any(200 <= code < 300 for code in codes):
        return True
    return False if any(code >= 500 for code in codes) else None


def not_told(side: str, answers: Sequence[Said]) -> Finding:
    """Return the finding for a side whose answers say nothing."""
    texts = [said.why or r.text for said in answers for r in said.replies.values()]
    return Finding(
        "SMTP_NOT_COMPARED",
        Outcome.UNKNOWN,
        f"the {side} system",
        ", ".join(str(said.spot) for said in answers) or "here",
        args={"side": side, "text": texts[0] if texts else "no address of it could be dialled"},
        fix="look again in some minutes; greylisting and full servers put off, and that proves nothing",
    )


def greet(context: Context, found: Sequence[Spot]) -> Iterator[SmtpFacts]:
    """Look at each address."""
    for spot in found:
        yield context.smtp.probe(spot.endpoint)
