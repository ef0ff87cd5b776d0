"""From an address to a logged-in IMAP connection, with the secret kept out of every message."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from migrate_mail.errors import NetError
from migrate_mail.net import tls
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.imap_survey import Survey, ask_survey, reads_on
from migrate_mail.net.imap_text import FolderNames, quoted
from migrate_mail.net.imap_types import Ahead, ImapTarget
from migrate_mail.net.imap_wire import Answer, ImapWire
from migrate_mail.net.login_refusal import Attempt, refusal
from migrate_mail.net.sasl import (
    TOKEN_WAYS,
    Identity,
    Mechanism,
    TokenError,
    at_once,
    choose,
    offered,
    read_token_error,
    replies,
    scrubbed,
)
from migrate_mail.net.stream import Stream
from migrate_mail.secret import Secret

if TYPE_CHECKING:
    from migrate_mail.net.transcript import Line

_LONGEST_AT_ONCE = 8000
"""Octets: some servers take no longer lines before the login; a token can be that long."""
_ANOTHER = "if it was renewed, compare that with the server's own, then write it into `tls_waiver` or remove the waiver"
_UNTRUSTED = "name the authority that signed it with `ca:`; or let somebody answer for this one certificate (`tls_waiver:` with its SHA-256, asked from that server's admin)"


def connect(
    endpoint: Endpoint,
    target: ImapTarget,
    secret: Secret,
    *,
    look_only: bool,
    timeout: float,
    trace: Line | None = None,
    ahead: Ahead | None = None,
) -> tuple[ImapWire, frozenset[str], Survey | None]:
    """Dial, put TLS on, log in; return the connection and what the server can do then.

    ahead: what to ask right behind the login, of a server that is known to read on; returned is
    what was asked, its answers still to be read.
    """
    # All of it together may take this long, however slowly the bytes come.
    stream = Stream(endpoint, timeout=timeout, total=3 * timeout)
    try:
        wire = _greeted(stream, target, look_only=look_only, trace=trace)
        asked = _log_in(wire, target, secret, ahead)
        able = capabilities(wire)
    except NetError:
        stream.close()
        raise
    stream.no_total()
    return wire, able, asked


def capabilities(wire: ImapWire) -> frozenset[str]:
    """Return what the server can do now: as it said by itself, which saves a round trip, or asked."""
    if wire.capable is None:
        wire.stream.begin("CAPABILITY")
        wire.do("CAPABILITY")
    return wire.capable or frozenset()


def _greeted(
    stream: Stream, target: ImapTarget, *, look_only: bool, trace: Line | None
) -> ImapWire:
    if target.tls == "implicit":
        stream.begin("TLS")
        _secure(stream, target)
    stream.begin("banner")
    wire = ImapWire(stream, look_only=look_only, trace=trace)
    if wire.greeting != b"OK":
        raise stream.fail("garbage", "the server greets with PREAUTH: whose mailbox is this?")
    if not any(able.startswith("IMAP4") for able in capabilities(wire)):
        raise stream.fail("garbage", "the server does not speak IMAP4")
    if target.tls == "starttls":
        ask_for_tls(wire)
        _secure(stream, target)
        wire.forget_capabilities()  # what was said in the clear (RFC 9051 section 6.2.1)
    return wire


def ask_for_tls(wire: ImapWire) -> None:
    """Have the server expect a handshake next; NetError `tls` when it does not want one."""
    stream = wire.stream
    offered = "STARTTLS" in capabilities(wire)
    stream.begin("STARTTLS")
    if not offered:
        raise stream.fail("tls", "the server does not offer STARTTLS")
    answer = wire.do("STARTTLS")
    if answer.kind != "OK":
        raise stream.fail("tls", f"STARTTLS was refused: {answer.words}")


def _secure(stream: Stream, target: ImapTarget) -> None:
    """Put TLS on: with a certificate that is good for the host, or with the very one that is let pass."""
    where = stream.endpoint
    if target.pin is None:
        try:
            stream.start_tls(tls.trusting(target.ca, where=where), where.host)
        except NetError as error:
            if "not trusted" in error.text:
                error.hint = _UNTRUSTED
            raise
        return
    sock = stream.start_tls(tls.lax(), where.host)
    problem = tls.pinned_otherwise(sock, target.pin, now=datetime.now(UTC))
    if problem is not None:
        raise NetError("tls", str(where), stream.phase, problem, hint=_ANOTHER)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How the conversation of a login ended.

    detail: what was said of a refused token. asked: what was asked behind it, if anything.
    """

    answer: Answer
    detail: TokenError | None = None
    asked: Survey | None = None


def _log_in(
    wire: ImapWire, target: ImapTarget, secret: Secret, ahead: Ahead | None
) -> Survey | None:
    """Log in by the mechanism that is wanted and offered; return what was asked behind that."""
    able = capabilities(wire)
    mechanism = choose(able, target.way, admin=bool(target.admin))
    wire.stream.begin("LOGIN" if mechanism in {None, "command"} else "AUTHENTICATE")
    if mechanism is None:
        raise _no_way(wire.stream, target, able)
    spoken = _attempt(wire, target, mechanism, secret, ahead)
    # Raised here, not where it was caught: the original may hold the secret.
    if isinstance(spoken, NetError):
        raise spoken
    return spoken.asked


def _no_way(stream: Stream, target: ImapTarget, able: frozenset[str]) -> NetError:
    """Return the error for a server that offers nothing that we want."""
    if "LOGINDISABLED" in able and target.tls == "none":
        return stream.fail("tls", "the server wants TLS before the login (LOGINDISABLED)")
    what = "a token" if target.way in TOKEN_WAYS else "a password"
    if target.admin and target.way not in TOKEN_WAYS:
        what = f"PLAIN, which alone lets {target.admin} open the mailbox of {target.user}"
    elif target.way not in {"password", "token"}:
        what = target.way.upper()
    without = " and no LOGIN (LOGINDISABLED)" if "LOGINDISABLED" in able else ""
    text = f"the server does not take {what}; it offers {offered(able)}{without}"
    hint = "see `login:` in migration.yaml; with Microsoft 365 and Google `oauth:`"
    return NetError("auth", str(stream.endpoint), stream.phase, text, hint=hint)


def _attempt(
    wire: ImapWire,
    target: ImapTarget,
    mechanism: Mechanism,
    secret: Secret,
    ahead: Ahead | None,
) -> _Spoken | NetError:
    """Return how a login went; a failure has the server's words, without the secret."""
    where = wire.stream.endpoint
    who = Identity(target.user, target.admin, target.host, target.port)
    says: list[bytes] = []
    try:
        says = replies(mechanism, who, secret.reveal())
        spoken = _spoken(wire, mechanism, says, ahead)
    except NetError as error:
        # A line that is no IMAP is quoted in part, and a part of a secret is not found again.
        text = "the answer is not IMAP" if error.kind == "garbage" else error.text
        return wire.stream.fail(error.kind, scrubbed(text, secret, says))
    except ValueError:
        return wire.stream.fail("auth", "this name or password cannot be sent to this server")
    if spoken.answer.kind == "OK":
        return spoken
    tried = Attempt(target.user, target.admin, token=target.way in TOKEN_WAYS)
    found = refusal(spoken.answer.words, tried, spoken.detail)
    text = scrubbed(found.text, secret, says)
    return NetError(found.kind, str(where), wire.stream.phase, text, hint=found.hint)


def _spoken(
    wire: ImapWire,
    mechanism: Mechanism,
    says: Sequence[bytes],
    ahead: Ahead | None,
) -> _Spoken:
    if mechanism != "command":
        return _authenticate(wire, mechanism, says, ahead)
    wire.forget_capabilities()
    return _Spoken(wire.do("LOGIN", *(quoted(word) for word in says)))


def _authenticate(
    wire: ImapWire,
    mechanism: Mechanism,
    says: Sequence[bytes],
    ahead: Ahead | None,
) -> _Spoken:
    """Say one thing at a time, the first at once where the server has SASL-IR (RFC 4959).

    Behind PLAIN, which ends with its first word, more may be asked without waiting; the answer
    to a token may be a question.
    """
    lines = [base64.b64encode(word) for word in says]
    early = "SASL-IR" in capabilities(wire) and at_once(mechanism)
    first = lines[:1] if early and len(lines[0]) <= _LONGEST_AT_ONCE else []
    wire.forget_capabilities()
    tag = wire.ask("AUTHENTICATE", mechanism, *first)
    asked = None
    if ahead is not None and first and mechanism == "PLAIN" and reads_on(wire):
        asked = ask_survey(wire, FolderNames(), ahead)
    detail: TokenError | None = None
    # Whoever asks for more than there is to say gets a cancel (RFC 9051 section 6.2.2).
    for line in [*lines[len(first) :], b"*"]:
        challenge = _challenge(wire, tag)
        if challenge is None:
            break
        detail = read_token_error(challenge) or detail
        wire.write(line + b"\r\n")
    return _Spoken(wire.answer(tag), detail, asked)


def _challenge(wire: ImapWire, tag: bytes) -> bytes | None:
    """Wait for what the server asks; None when it ends the login instead."""
    wire.flush()
    while not wire.ended(tag):
        line = wire.response(wanted_go=True)
        if line is not None and line.name == "+":
            asked = line.pieces[0]
            return asked if isinstance(asked, bytes) else b""
    return None
