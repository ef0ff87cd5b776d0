"""A long conversation with one server about recipients: written down as it goes, taken up again, never pressed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from migrate_mail.checks.base import Context
from migrate_mail.checks.spots import Spot
from migrate_mail.files.scalars import format_duration
from migrate_mail.net.smtp_facts import RecipientFacts, RecipientReply
from migrate_mail.net.smtp_recipients import Heard
from migrate_mail.state.records import RecipientRecord

_BLOCK = 25
_BLOCK_SECONDS = 0.5
"""Replies are written down when there are so many, or when the first of them is so old."""
_SESSIONS = 5
"""Conversations with a server that has enough of us in each."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a server is asked.

    pause: how long it is left alone when it had enough (421, or it hung up); zero: not asked on.
    again: how long until what it put off is asked once more; zero: not at all.
    """

    pause: timedelta
    again: timedelta


@dataclass(slots=True)
class Talk:
    """What a server said: its last reply to each address, and why it ended conversations early."""

    replies: dict[str, RecipientReply] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)
    enough: bool = False

    def add(self, facts: RecipientFacts) -> bool:
        """Take in one conversation; tell whether it settled something before the server had enough."""
        self.replies |= {r.address: r for r in facts.replies}
        if facts.failure is None:
            return False
        self.why.append(facts.failure.text)
        self.enough = facts.failure.kind in {"busy", "closed"}
        return self.enough and any(settled(r) for r in facts.replies)

    @property
    def left(self) -> list[str]:
        """The addresses that were not asked, or at which the server had enough."""
        return [a for a, r in self.replies.items() if r.code in (0, 421)]

    @property
    def put_off(self) -> list[str]:
        """The addresses that a second look may settle."""
        later = [a for a, r in self.replies.items() if 400 <= r.code < 500 and r.code != 421]
        return [*later, *(self.left if self.enough else ())]


def settled(reply: RecipientReply | None) -> bool:
    """Tell whether a reply is for good: the address is accepted, or refused."""
    return reply is not None and (200 <= reply.code < 300 or reply.code >= 500)


def taken_up(
    context: Context, spot: Spot, addresses: Collection[str], keep: timedelta
) -> dict[str, RecipientRecord]:
    """Return what a look that was cut short heard and need not ask again: what was accepted.

    What was refused or put off is asked anew: somebody may have mended it.
    """
    if context.fresh or not keep:
        return {}
    kept = context.journal.kept_replies(str(spot), context.clock() - keep)
    return {r.address: r for r in kept if r.address in addresses and 200 <= r.code < 300}


def talk(
    context: Context,
    spot: Spot,
    addresses: Sequence[str],
    patience: Patience,
    noted: Collection[str],
) -> Talk:
    """Ask for every address, and once more for what was put off. noted: whose replies are kept."""
    said = Talk()
    _on(context, spot, said, addresses, patience.pause, noted)
    if patience.again and (later := said.put_off):
        span = format_duration(patience.again)
        context.say(f"{spot} puts {len(later)} addresses off; once more in {span}")
        context.wait(patience.again.total_seconds())
        _on(context, spot, said, later, patience.pause, noted)
    return said


def _on(
    context: Context,
    spot: Spot,
    said: Talk,
    addresses: Sequence[str],
    pause: timedelta,
    noted: Collection[str],
) -> None:
    """Ask; go on after a pause where a server had enough, as long as each conversation gets on."""
    for number in range(_SESSIONS):
        with _notes(context, spot, noted) as heard:
            got_on = said.add(context.smtp.recipients(spot.endpoint, addresses, heard=heard))
        addresses = said.left
        if not (got_on and addresses and pause and number + 1 < _SESSIONS):
            return
        span = format_duration(pause)
        context.say(f"{spot} has enough; on in {span} with {len(addresses)} addresses")
        context.wait(pause.total_seconds())


@contextmanager
def _notes(context: Context, spot: Spot, noted: Collection[str]) -> Iterator[Heard]:
    """Write replies down in blocks; whatever ends the conversation, what was heard is kept."""
    block: list[RecipientRecord] = []
    began = time.monotonic()

    def write() -> None:
        nonlocal began
        context.journal.keep_replies(block)
        block.clear()
        began = time.monotonic()

    def heard(reply: RecipientReply) -> None:
        if reply.address in noted and reply.code:
            now = context.clock()
            block.append(RecipientRecord(str(spot), reply.address, reply.code, reply.text, now))
        if len(block) >= _BLOCK or (block and time.monotonic() - began > _BLOCK_SECONDS):
            write()

    try:
        yield heard
    finally:
        write()


def forget_when_settled(
    context: Context,
    spot: Spot,
    addresses: Collection[str],
    replies: Mapping[str, RecipientReply],
) -> None:
    """Let go of what was written down when every address has its answer: the next look asks anew."""
    if all(settled(replies.get(address)) for address in addresses):
        context.journal.forget_replies(str(spot), list(addresses))
