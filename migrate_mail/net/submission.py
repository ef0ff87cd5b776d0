"""SMTP as mail programs speak it: TLS that is verified, a login, the right to send (RFC 6409)."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migrate_mail.errors import NetError
from migrate_mail.net import tls
from migrate_mail.net.boundary import failure
from migrate_mail.net.facts import Endpoint, Failure
from migrate_mail.net.sasl import Identity, Mechanism, Way, at_once, choose, replies, scrubbed
from migrate_mail.net.smtp_recipients import path
from migrate_mail.net.smtp_wire import Reply, SmtpWire
from migrate_mail.secret import Secret

_LONGEST_AT_ONCE = 400
"""Octets of a first response that fit into a command line of 512 (RFC 4954 section 4)."""


@dataclass(frozen=True, slots=True)
class Door:
    """How mail programs get in. starttls: not TLS from the first octet on. helo: who we say we are.

    patience: seconds that a server may think about a message.
    """

    helo: str
    ca: Path | None
    starttls: bool = False
    patience: float = 120


@dataclass(frozen=True, slots=True)
class Sender:
    """Who logs in, with what, and the address that is then sent from."""

    who: Identity
    secret: Secret
    way: Way
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is handed in, and for whom."""

    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """One conversation. early, mechanisms: SASL mechanisms offered before TLS, and with it.

    tls: its version. distrust: why the certificate is not trusted; nothing was sent then.
    mechanism: the one that was used; None when none fitted, or nobody logged in.
    login: the reply to the login. rights: to MAIL, RCPT or DATA, the first that said no.
    taken: the reply to the letter itself; None when there was none, or it was not asked for.
    failure: where it broke off; None when it went through to QUIT.
    """

    endpoint: Endpoint
    early: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    tls: str = ""
    distrust: str | None = None
    mechanism: Mechanism | None = None
    login: Reply | None = None
    rights: Reply | None = None
    taken: Reply | None = None
    failure: Failure | None = None


def converse(
    wire: SmtpWire, door: Door, sender: Sender | None, letter: Letter | None = None
) -> SubmissionFacts:
    """Shake hands and log in, if somebody is to, and ask for the right to send.

    Without a letter no message is sent, and the recipient that is asked for is the sender's own
    address.
    """
    facts = SubmissionFacts(wire.stream.endpoint)
    try:
        facts = _behind_tls(wire, door, facts)
        if sender is not None:
            facts = _logged_in(wire, facts, sender)
            if facts.login is not None and facts.login.code == 235:
                facts = _sent(wire, facts, sender.address, letter, door.patience)
    except NetError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            return replace(facts, distrust=error.text)
        return replace(facts, failure=failure(error))
    return facts


def _behind_tls(wire: SmtpWire, door: Door, facts: SubmissionFacts) -> SubmissionFacts:
    endpoint = wire.stream.endpoint
    context = tls.trusting(door.ca, where=endpoint)
    if door.starttls:
        wire.greeting()
        wire.hello(door.helo)
        facts = replace(facts, early=_mechanisms(wire))
        if not wire.offers("STARTTLS"):
            return facts
        wire.must(220, "STARTTLS")
    wire.stream.begin("TLS")
    version = wire.stream.start_tls(context, endpoint.host).version() or ""
    if not door.starttls:
        wire.greeting()
    wire.hello(door.helo)
    return replace(facts, tls=version, mechanisms=_mechanisms(wire))


def _mechanisms(wire: SmtpWire) -> tuple[str, ...]:
    found = [f.split()[1:] for f in wire.features if f.split()[:1] == ["AUTH"]]
    return tuple(dict.fromkeys(name for names in found for name in names))


def _logged_in(wire: SmtpWire, facts: SubmissionFacts, sender: Sender) -> SubmissionFacts:
    able = frozenset({*(f"AUTH={m}" for m in facts.mechanisms), "LOGINDISABLED"})
    mechanism = choose(able, sender.way, admin=bool(sender.who.admin))
    if mechanism is None or not facts.tls:
        return facts
    outcome = _attempt(wire, mechanism, sender)
    # Raised here, not where it was caught: the original may hold the secret.
    if isinstance(outcome, NetError):
        raise outcome
    return replace(facts, mechanism=mechanism, login=outcome)


def _attempt(wire: SmtpWire, mechanism: Mechanism, sender: Sender) -> Reply | NetError:
    """Return the reply to a login, or why there is none; neither has the secret in it."""
    wire.stream.begin("AUTH")
    says: list[bytes] = []
    try:
        says = replies(mechanism, sender.who, sender.secret.reveal())
        reply = _said(wire, mechanism, [base64.b64encode(word) for word in says])
    except NetError as error:
        # A line that is no SMTP is quoted in part, and a part of a secret is not found again.
        text = "the answer is not SMTP" if error.kind == "garbage" else error.text
        return wire.stream.fail(error.kind, scrubbed(text, sender.secret, says))
    except ValueError:
        return wire.stream.fail("auth", "this name or password cannot be sent to this server")
    return Reply(reply.code, (scrubbed(reply.text, sender.secret, says),))


def _said(wire: SmtpWire, mechanism: Mechanism, lines: Sequence[bytes]) -> Reply:
    """Say one thing at a time, the first at once where the client begins (RFC 4954 section 4)."""
    command = f"AUTH {mechanism}"
    early = at_once(mechanism) and len(lines[0]) <= _LONGEST_AT_ONCE
    first = command.encode() + (b" " + lines[0] if early else b"")
    reply = wire.secretly(first, command)
    # Whoever asks for more than there is to say gets a cancel.
    for line in [*lines[1 if early else 0 :], b"*"]:
        if reply.code != 334:
            break
        reply = wire.secretly(line, "(a part of the login)")
    return reply


def _sent(
    wire: SmtpWire, facts: SubmissionFacts, address: str, letter: Letter | None, patience: float
) -> SubmissionFacts:
    """Hand in a letter, or only ask for the right to send."""
    rights = _rights(wire, address, letter.recipient if letter else address)
    if letter is None or rights is not None:
        if rights is None:
            wire.command("RSET")
        return replace(facts, rights=rights)
    ready = wire.command("DATA")
    if ready.code >= 400:
        return replace(facts, rights=ready)
    if ready.code != 354:
        raise wire.refused(ready)
    return replace(facts, taken=wire.body(letter.content, patience=patience))


def _rights(wire: SmtpWire, address: str, recipient: str) -> Reply | None:
    """Return the first reply that is no 2xx, when an address sends to another; None: it may."""
    utf8 = wire.offers("SMTPUTF8")
    try:
        ours, theirs = path(address, utf8=utf8), path(recipient, utf8=utf8)
    except ValueError as exc:
        return Reply(553, (str(exc),))
    more = "" if (ours + theirs).isascii() else " SMTPUTF8"
    # Postfix says what it thinks of a sender only at RCPT (smtpd_delay_reject).
    for verb, argument in (("MAIL", f"FROM:<{ours}>{more}"), ("RCPT", f"TO:<{theirs}>")):
        reply = wire.command(verb, argument)
        if reply.code // 100 != 2:
            return reply
    return None
