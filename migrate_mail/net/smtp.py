"""SMTP as the world speaks it to an MX host: look, ask for recipients, hand over a message."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from migrate_mail.errors import NetError
from migrate_mail.net import tls
from migrate_mail.net.boundary import failure
from migrate_mail.net.facts import Endpoint, Failure, TlsFacts
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.smtp_facts import RecipientFacts, SmtpFacts, Submission
from migrate_mail.net.smtp_recipients import Heard, ask_all, path, unasked
from migrate_mail.net.smtp_wire import SmtpWire
from migrate_mail.net.stream import Stream
from migrate_mail.net.submission import Door, Letter, Sender, SubmissionFacts, converse

_TOTAL = 4
"""A whole probe takes at most this many times the timeout of one phase."""


@dataclass
class _Look:
    """What a probe has seen so far; kept when it breaks off."""

    banner: str = ""
    greeting_ms: int = 0
    starttls: bool = False
    tls: TlsFacts | None = None
    features: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    failure: Failure | None = None
    distrust: str | None = None


class SmtpDialer:
    """Dials MX hosts at given addresses; a fault of the world is a Failure in the facts.

    helo, sender: who we say we are. ca: PEM file of the CA to trust instead of the system's.
    """

    def __init__(
        self,
        *,
        helo: str,
        sender: str,
        ca: Path | None,
        limits: HostLimits,
        timeout: float = 30,
    ) -> None:
        self._helo = helo
        self._sender = sender
        self._ca = ca
        self._limits = limits
        self._timeout = timeout

    def probe(self, endpoint: Endpoint, shake: tls.Handshake = tls.AS_SENDERS_DO) -> SmtpFacts:
        """Look at a server: banner, EHLO, STARTTLS with its certificate judged, EHLO, QUIT.

        `starttls` says that it was offered, `tls` that it came about. A certificate that is not
        trusted is a `tls.problem`, not a failure: senders deliver all the same (RFC 7435).
        """
        began = time.monotonic()
        lines: list[str] = []
        look = self._look(endpoint, lines, shake)
        if look.distrust is not None:
            lines.append(f"** {look.distrust}; once more, without verifying")
            look = self._look(endpoint, lines, shake, problem=look.distrust)
        return SmtpFacts(
            endpoint=endpoint,
            banner=look.banner,
            greeting_ms=look.greeting_ms,
            features=look.features,
            clear=look.clear,
            starttls=look.starttls,
            tls=look.tls,
            transcript=tuple(lines),
            failure=look.failure,
            elapsed_ms=int((time.monotonic() - began) * 1000),
        )

    def greet(self, endpoint: Endpoint) -> SmtpFacts:
        """Connect, read the banner, QUIT: the shortest look that there is."""
        lines: list[str] = []
        look = _Look()
        try:
            with self._dialled(endpoint, _TOTAL * self._timeout, lines) as wire:
                look.banner = str(wire.greeting())
                _quit(wire)
        except NetError as error:
            look.failure = failure(error)
        return SmtpFacts(endpoint, look.banner, transcript=tuple(lines), failure=look.failure)

    def recipients(
        self,
        endpoint: Endpoint,
        addresses: Sequence[str],
        *,
        sender: str | None = None,
        heard: Heard = lambda _: None,
    ) -> RecipientFacts:
        """Ask for many recipients in one session; no message is sent.

        sender: another envelope sender than ours; empty for that of a bounce. Each reply has the
        timeout of a phase, the session has no other: a server that answers slowly answers still.
        After a 421 or a broken connection the rest was not asked and has code 0.
        """
        mail_from = self._sender if sender is None else sender
        try:
            with self._session(endpoint) as wire:
                return ask_all(wire, mail_from, addresses, heard)
        except NetError as error:
            return unasked(endpoint, addresses, failure(error), ())

    def submit(self, endpoint: Endpoint, recipient: str, message: bytes) -> Submission:
        """Hand over one message, with TLS when offered; nothing is tried twice."""
        try:
            with self._session(endpoint) as wire:
                reply = self._deliver(wire, recipient, message)
                return Submission(endpoint, reply[0], reply[1])
        except NetError as error:
            return Submission(endpoint, _code(error), error.text, failure(error))

    def submission(
        self,
        endpoint: Endpoint,
        ca: Path | None,
        *,
        starttls: bool,
        sender: Sender | None = None,
        letter: Letter | None = None,
    ) -> SubmissionFacts:
        """Look at a submission server as mail programs do; without a letter no message is sent.

        ca: PEM file of the CA to trust instead of the system's. sender: who logs in; None: nobody.
        """
        total = None if letter else _TOTAL * self._timeout
        door = Door(self._helo, ca, starttls, patience=4 * self._timeout)
        with ExitStack() as stack:
            try:
                wire = stack.enter_context(self._dialled(endpoint, total, []))
            except NetError as error:
                return SubmissionFacts(endpoint, failure=failure(error))
            facts = converse(wire, door, sender, letter)
            if facts.failure is None and facts.distrust is None:
                _quit(wire)
            return facts

    def _look(
        self,
        endpoint: Endpoint,
        lines: list[str],
        shake: tls.Handshake,
        *,
        problem: str | None = None,
    ) -> _Look:
        look = _Look()
        try:
            with self._dialled(endpoint, _TOTAL * self._timeout, lines) as wire:
                self._walk(wire, look, shake, problem)
                _quit(wire)
        except NetError as error:
            look.failure = failure(error)
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                look.distrust = error.text
        return look

    def _walk(
        self, wire: SmtpWire, look: _Look, shake: tls.Handshake, problem: str | None
    ) -> None:
        began = time.monotonic()
        look.banner = str(wire.greeting())
        look.greeting_ms = int((time.monotonic() - began) * 1000)
        wire.hello(self._helo)
        look.features = look.clear = wire.features
        look.starttls = wire.offers("STARTTLS")
        if not look.starttls:
            return
        wire.must(220, "STARTTLS")
        endpoint = wire.stream.endpoint
        context = tls.context(self._ca, shake, verify=problem is None, where=endpoint)
        name = endpoint.host if shake.sni else None
        look.tls = tls.facts(wire.stream.start_tls(context, name), problem)
        wire.note("**", f"{look.tls.version} {look.tls.cipher}")
        wire.hello(self._helo)
        look.features = wire.features

    @contextmanager
    def _session(self, endpoint: Endpoint) -> Iterator[SmtpWire]:
        """Greet, with TLS when it is offered; any certificate will do, as for the world."""
        with self._dialled(endpoint, None, []) as wire:
            wire.greeting()
            wire.hello(self._helo)
            if wire.offers("STARTTLS"):
                wire.must(220, "STARTTLS")
                wire.stream.start_tls(tls.lax(), endpoint.host)
                wire.hello(self._helo)
            yield wire
            _quit(wire)

    @contextmanager
    def _dialled(
        self, endpoint: Endpoint, total: float | None, lines: list[str]
    ) -> Iterator[SmtpWire]:
        with (
            self._limits.slot(endpoint),
            Stream(endpoint, timeout=self._timeout, total=total) as stream,
        ):
            yield SmtpWire(stream, lines)

    def _deliver(self, wire: SmtpWire, recipient: str, message: bytes) -> tuple[int, str]:
        try:
            target = path(recipient, utf8=wire.offers("SMTPUTF8"))
        except ValueError as exc:
            raise wire.stream.fail("denied", f"{recipient!r}: {exc}") from exc
        wire.must(250, "MAIL", f"FROM:<{self._sender}>{_parameters(wire, target, message)}")
        wire.must(250, "RCPT", f"TO:<{target}>")
        wire.must(354, "DATA")
        reply = wire.body(message, patience=4 * self._timeout)
        if reply.code != 250:
            raise wire.refused(reply)
        return reply.code, reply.text


def _parameters(wire: SmtpWire, target: str, message: bytes) -> str:
    """Return the MAIL parameters that this message needs of this server."""
    wanted = (
        ("SIZE", f" SIZE={len(message)}", True),
        ("8BITMIME", " BODY=8BITMIME", not message.isascii()),
        ("SMTPUTF8", " SMTPUTF8", not target.isascii()),
    )
    return "".join(text for name, text, needed in wanted if needed and wire.offers(name))


def _quit(wire: SmtpWire) -> None:
    """Part politely; all was seen by now, so a server that just hangs up is no fault."""
    with suppress(NetError):
        wire.command("QUIT", patience=2)


def _code(error: NetError) -> int:
    """Return the reply's code when the error is a reply, else 0."""
    return int(error.text[:3]) if error.text[:3].isdigit() else 0
