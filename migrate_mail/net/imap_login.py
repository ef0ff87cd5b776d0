"""From an address to a logged-in IMAP connection, with the secret kept out of every message."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net import tls
from migrate_mail.net.boundary import boundary
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.imap_text import quoted
from migrate_mail.net.imap_types import ImapTarget
from migrate_mail.net.imap_wire import ImapWire, words
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
    """Ask what the server can do; the answer changes with TLS and with login."""
    wire.stream.begin("CAPABILITY")
    with boundary(wire.stream.endpoint, "CAPABILITY"):
        _, data = wire.capability()
    return frozenset(words(data).upper().split())


def _greeted(stream: Stream, target: ImapTarget, *, look_only: bool) -> ImapWire:
    where = stream.endpoint
    if target.tls == "implicit":
        stream.begin("TLS")
        stream.start_tls(tls.trusting(target.ca, where=where), where.host)
    wire = _greeting(stream, look_only=look_only)
    if wire.state != "NONAUTH":
        raise stream.fail("garbage", "the server greets with PREAUTH: whose mailbox is this?")
    if target.tls == "starttls":
        if "STARTTLS" not in capabilities(wire):
            stream.begin("STARTTLS")
            raise stream.fail("tls", "the server does not offer STARTTLS")
        with boundary(where, "STARTTLS"):
            wire.start_tls(tls.trusting(target.ca, where=where))
    return wire


def _greeting(stream: Stream, *, look_only: bool) -> ImapWire:
    """Read the greeting. A server that says BYE there wants no more clients for now."""
    stream.begin("banner")
    try:
        with boundary(stream.endpoint, "banner"):
            return ImapWire(stream, look_only=look_only)
    except NetError as error:
        if error.kind != "denied":
            raise
        kind: NetKind = "busy" if "* BYE" in error.text else "garbage"
        raise stream.fail(kind, error.text) from error


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


def _attempt(
    wire: ImapWire, act: Callable[[], tuple[str, list[Any]]], secret: Secret
) -> NetError | None:
    """Return the failure of a login, with the server's words and without the secret."""
    try:
        with boundary(wire.stream.endpoint, wire.stream.phase):
            kind, data = act()
    except NetError as error:
        said, final = error.text, error.kind == "denied"
        if not final:
            return wire.stream.fail(error.kind, _scrubbed(said, secret))
    except ValueError:
        return wire.stream.fail("auth", "this name or password cannot be sent to this server")
    else:
        if kind == "OK":
            return None
        said = words(data)
    why: NetKind = "busy" if _FOR_NOW.search(said) else "auth"
    return wire.stream.fail(why, _scrubbed(said, secret))


def _plain(wire: ImapWire, user: str, secret: Secret) -> tuple[str, list[Any]]:
    kind, data = wire.authenticate("PLAIN", lambda _: f"\0{user}\0{secret.reveal()}".encode())
    return kind, list(data)


def _login(wire: ImapWire, user: str, secret: Secret) -> tuple[str, list[Any]]:
    return wire.log_in(quoted(user), quoted(secret.reveal()))


def _scrubbed(text: str, secret: Secret) -> str:
    """Return the server's words without the secret; some servers echo what they were sent."""
    value = secret.reveal()
    forms = {value, base64.b64encode(value.encode()).decode()} - {""}
    for form in forms:
        text = text.replace(form, "***")
    return text
