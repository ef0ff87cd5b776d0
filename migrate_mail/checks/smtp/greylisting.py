"""Whether new puts off senders that it does not know yet: on the first day those are all."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from functools import partial

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import RecipientReply

_REFS = ("RFC 6647",)
_SIGN = re.compile(r"gr[ea]y.?list", re.IGNORECASE)
"""What most servers say when they greylist; no code is theirs alone."""


@check(
    "smtp.greylisting",
    title="New does not put off senders that it has never seen",
    about=About(
        looks="one RCPT for the account of each domain that gets test mail, at every address of the MX hosts, from a sender that the server cannot have seen: your test sender with a tag after `+`. Where that is put off without the word greylisting, one from your test sender as it is, to compare",
        matters="Old has known its senders for years, and new knows nobody: in the first hours every message is put off by minutes, by hours where the sender is slow to try again.",
        mend="Switch greylisting off for the first days, or bring old's list of known senders along.",
        refs=_REFS,
    ),
    params=MxParams,
    each=("domains",),
)
def greylisting(context: Context, params: MxParams) -> Iterator[Finding]:
    """Ask each address once as a stranger."""
    wanted = [a.address for d in context.domains() if (a := context.inventory.canary(d))]
    for spot in spots(context, params):
        if isinstance(spot, Finding):
            yield spot
        else:
            yield from one_by_one(wanted, partial(_asked, context, spot), what="accounts")


def _asked(context: Context, spot: Spot, address: str) -> Iterator[Finding]:
    ours = context.inventory.spec.probe.sender
    local, _, domain = ours.rpartition("@")
    stranger = f"{local}+{secrets.token_hex(4)}@{domain}"
    reply = _reply(context, spot, address, stranger)
    args: dict[str, str | int] = {"address": address, "code": reply.code, "text": reply.text}
    if 200 <= reply.code < 300:
        yield Finding("STRANGERS_WELCOME", Outcome.PASS, str(spot), args=args)
        return
    later = 400 <= reply.code < 500
    told = _SIGN.search(reply.text) is not None
    if not (later and (told or _reply(context, spot, address, ours).code // 100 == 2)):
        yield Finding("GREYLISTING_NOT_SEEN", Outcome.UNKNOWN, str(spot), args=args)
        return
    yield Finding(
        "GREYLISTED",
        Outcome.FAIL,
        str(spot),
        args=args,
        evidence=(
            f"-> MAIL FROM:<{stranger}>",
            f"-> RCPT TO:<{address}>",
            f"<- {reply.code} {reply.text}",
        ),
        fix="switch greylisting off at new for the first days after the switch",
        refs=_REFS,
    )


def _reply(context: Context, spot: Spot, address: str, sender: str) -> RecipientReply:
    [reply] = context.smtp.recipients(spot.endpoint, [address], sender=sender).replies
    return reply
