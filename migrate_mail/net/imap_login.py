"""From an address to a logged-in IMAP connection, with the secret kept out of every message."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net import tls
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.imap_text import quoted
from migrate_mail.net.imap_types import ImapTarget
from migrate_mail.net.imap_wire import Answer, ImapWire
from migrate_mail.net.stream import Stream
from migrate_mail.secret import Secret

_FOR_NOW = re.compile(
    r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|too many|try again|temporar", re.IGNORECASE
)
"""Answers to a login that say nothing about the password (RFC 5530)."""


def connect(
    endpoint: Endpoint, target: ImapTarget, secret: Secret, *, look_only: bool, timeout: float
) -> tuple[ImapWire, frozenset[str]]:
    """Dial, put TLS on, log in; return the connection and what the server can do then."""
    # All of it together may take this long, however slowly the bytes come.
    stream = Stream(endpoint, timeout=timeout, total=3 * timeout)
    try:
        wire = _greeted(stream, target, look_only=look_only)
        _log_in(wire, target, secret)
        able = capabilities(wire)
    except NetError:
        stream.close()
        raise
    stream.no_total()
    return wire, able


def capabilities(wire: ImapWire) -> frozenset[str]:
    """Return what the server can do now: as it said by itself, which saves a round trip, or asked."""
    if wire.capable is None:
        wire.stream.begin("CAPABILITY")
        wire.do("CAPABILITY")
    return wire.capable or frozenset()


def _greeted(stream: Stream, target: ImapTarget, *, look_only: bool) -> ImapWire:
    where = stream.endpoint
    if target.tls == "implicit":
        stream.begin("TLS")
        stream.start_tls(tls.trusting(target.ca, where=where), where.host)
    stream.begin("banner")
    wire = ImapWire(stream, look_only=look_only)
    if wire.greeting != b"OK":
        raise stream.fail("garbage", "the server greets with PREAUTH: whose mailbox is this?")
    if not any(able.startswith("IMAP4") for able in capabilities(wire)):
        raise stream.fail("garbage", "the server does not speak IMAP4")
    if target.tls == "starttls":
        _start_tls(wire, target)
    return wire


def _start_tls(wire: ImapWire, target: ImapTarget) -> None:
    """Put TLS on; what the server said before is forgotten (RFC 9051 section 6.2.1)."""
    stream = wire.stream
    offered = "STARTTLS" in capabilities(wire)
    stream.begin("STARTTLS")
    if not offered:
        raise stream.fail("tls", "the server does not offer STARTTLS")
    answer = wire.do("STARTTLS")
    if answer.kind != "OK":
        raise stream.fail("tls", f"STARTTLS was refused: {answer.words}")
    where = stream.endpoint
    stream.start_tls(tls.trusting(target.ca, where=where), where.host)
    wire.forget_capabilities()


def _log_in(wire: ImapWire, target: ImapTarget, secret: Secret) -> None:
    """Log in with AUTHENTICATE PLAIN, or LOGIN where PLAIN is not offered."""
    able = capabilities(wire)
    stream = wire.stream
    if "AUTH=PLAIN" in able:
        stream.begin("AUTHENTICATE")
        error = _attempt(wire, lambda: _plain(wire, target.user, secret), secret)
    elif "LOGINDISABLED" in able:
        stream.begin("LOGIN")
        secure = target.tls != "none"
        what = (
            "offers no way to log in that we know" if secure else "wants TLS before the login"
        )
        raise stream.fail("auth" if secure else "tls", f"the server {what} (LOGINDISABLED)")
    else:
        stream.begin("LOGIN")
        error = _attempt(wire, lambda: _login(wire, target.user, secret), secret)
    # Raised here, not where it was caught: the original may hold the secret.
    if error is not None:
        raise error


def _attempt(wire: ImapWire, act: Callable[[], Answer], secret: Secret) -> NetError | None:
    """Return the failure of a login, with the server's words and without the secret."""
    try:
        answer = act()
    except NetError as error:
        return wire.stream.fail(error.kind, _scrubbed(error.text, secret))
    except ValueError:
        return wire.stream.fail("auth", "this name or password cannot be sent to this server")
    if answer.kind == "OK":
        return None
    why: NetKind = "busy" if _FOR_NOW.search(answer.words) else "auth"
    return wire.stream.fail(why, _scrubbed(answer.words, secret))


def _plain(wire: ImapWire, user: str, secret: Secret) -> Answer:
    """AUTHENTICATE PLAIN (RFC 4616), in one round trip where the server has SASL-IR (RFC 4959)."""
    message = base64.b64encode(f"\0{user}\0{secret.reveal()}".encode())
    at_once = "SASL-IR" in capabilities(wire)
    wire.forget_capabilities()
    if at_once:
        return wire.do("AUTHENTICATE", "PLAIN", message)
    tag = wire.ask("AUTHENTICATE", "PLAIN")
    while wire.go_ahead():
        wire.write(message + b"\r\n")
    return wire.answer(tag)


def _login(wire: ImapWire, user: str, secret: Secret) -> Answer:
    wire.forget_capabilities()
    return wire.do("LOGIN", quoted(user), quoted(secret.reveal()))


def _scrubbed(text: str, secret: Secret) -> str:
    """Return the server's words without the secret; some servers echo what they were sent."""
    value = secret.reveal()
    forms = {value, base64.b64encode(value.encode()).decode()} - {""}
    for form in forms:
        text = text.replace(form, "***")
    return text
