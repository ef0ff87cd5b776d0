"""Ask an SMTP server for many recipients, gently, and send none of them anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from migrate_mail.errors import NetError
from migrate_mail.net.boundary import failure
from migrate_mail.net.facts import Endpoint, Failure
from migrate_mail.net.smtp_facts import RecipientFacts, RecipientReply
from migrate_mail.net.smtp_wire import Reply, SmtpWire

_BATCH = 50
"""RCPTs in one transaction; RFC 5321 section 4.5.3.1.8 promises 100."""

_PATH = re.compile(r"""[^\x00-\x20\x7f<>"]+|"[^\x00-\x1f\x7f<>]*"@[^\x00-\x20\x7f<>"]+""")


Heard = Callable[[RecipientReply], None]
"""Is told each reply as soon as it has come."""


def ask_all(
    wire: SmtpWire, sender: str, addresses: Sequence[str], heard: Heard
) -> RecipientFacts:
    """Return the reply for each address; those after a broken conversation have code 0."""
    replies: list[RecipientReply] = []
    try:
        for reply in _ask(wire, sender, addresses):
            replies.append(reply)
            heard(reply)
    except NetError as error:
        return unasked(wire.stream.endpoint, addresses, failure(error), replies)
    return RecipientFacts(wire.stream.endpoint, tuple(replies))


def unasked(
    endpoint: Endpoint,
    addresses: Sequence[str],
    why: Failure,
    replies: Sequence[RecipientReply],
) -> RecipientFacts:
    """Return the facts of a conversation that ended early: the rest was not asked."""
    rest = [RecipientReply(a, 0, f"not asked: {why.text}") for a in addresses[len(replies) :]]
    return RecipientFacts(endpoint, (*replies, *rest), why)


def path(address: str, *, utf8: bool) -> str:
    """Return an address as it stands between < and >; ValueError says why it cannot be asked."""
    if not _PATH.fullmatch(address):
        raise ValueError("not asked: this is no mail address")
    local, at, domain = address.rpartition("@")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise ValueError(f"not asked: the domain is no domain name: {exc}") from exc
    if not local.isascii() and not utf8:
        raise ValueError("not asked: the server does not offer SMTPUTF8 (RFC 6531)")
    return f"{local}{at}{host}"


def _ask(wire: SmtpWire, sender: str, addresses: Sequence[str]) -> Iterator[RecipientReply]:
    opened = 0
    for address in addresses:
        try:
            target = path(address, utf8=wire.offers("SMTPUTF8"))
        except ValueError as exc:
            yield RecipientReply(address, 0, str(exc))
            continue
        if opened >= _BATCH:
            wire.must(250, "RSET")
            opened = 0
        reply = _one(wire, sender, target, fresh=opened == 0)
        opened += 1
        if reply.code == 452 and opened > 1:
            # RFC 5321 section 4.5.3.1.10: perhaps only too many for this transaction.
            wire.must(250, "RSET")
            opened, reply = 1, _one(wire, sender, target, fresh=True)
        yield RecipientReply(address, reply.code, reply.text)
        if reply.code == 421:
            raise wire.refused(reply)


def _one(wire: SmtpWire, sender: str, target: str, *, fresh: bool) -> Reply:
    if fresh:
        utf8 = " SMTPUTF8" if wire.offers("SMTPUTF8") else ""
        wire.must(250, "MAIL", f"FROM:<{sender}>{utf8}")
    return wire.command("RCPT", f"TO:<{target}>")
