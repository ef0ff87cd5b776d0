"""An MX on loopback: takes mail for its addresses, refuses the rest, and fails in the ways real ones do."""

from __future__ import annotations

import asyncio
import itertools
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from migrate_mail.lab.directory import Directory

Store = Callable[[str, bytes], Awaitable[None]]
"""Puts a message into a user's INBOX."""

Route = Callable[[str], tuple[str, int] | None]
"""Tells to which host and port mail for a domain is passed on; None: it is delivered here."""

Greeting = Literal["hang", "close", "421"]
_SIZE = 35 << 20


@dataclass(slots=True)
class SmtpFaults:
    """What is wrong with an MX at present. Set fields at any time, from any thread.

    greeting: `hang` sends no banner, `close` drops the connection, `421` turns clients away.
    unsteady: every so many connections is dropped; 0 for none.
    no_starttls: not offered. tempfail: recipients that get 450, `*` for all. greylist: the first
    RCPT of a sender to a recipient gets 451. accept_anything: no recipient of our domains is
    refused; what has no mailbox is lost. refuse_data: reply to the message itself, such as
    `554 5.7.1 Spam`. black_hole: mail is accepted and never delivered. late: seconds before the
    banner. tls_hangs: STARTTLS is answered, the handshake is not. enough: recipients of one
    conversation before the next gets 421; 0 for any number. slow: seconds before each answer to RCPT.
    """

    greeting: Greeting | None = None
    unsteady: int = 0
    no_starttls: bool = False
    tempfail: set[str] = field(default_factory=set)
    greylist: bool = False
    accept_anything: bool = False
    refuse_data: str | None = None
    black_hole: bool = False
    late: float = 0
    tls_hangs: bool = False
    enough: int = 0
    slow: float = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that the MX took."""

    sender: str
    recipients: tuple[str, ...]
    helo: str
    tls: bool
    body: bytes


class SmtpServer:
    """One MX. `open` runs on the loop; the rest may be used from any thread."""

    logins = False
    """Whether clients may, and must, log in."""

    def __init__(
        self, hostname: str, context: ssl.SSLContext, directory: Directory, store: Store
    ) -> None:
        self.hostname = hostname
        self.context = context
        self.directory = directory
        self.faults = SmtpFaults()
        self._connections = 0
        self.log: list[str] = []
        self.accepted: list[Accepted] = []
        self.route: Route = _here
        self.port = 0
        self.transports: set[asyncio.Transport] = set()
        self._store = store
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Bind the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol, "127.0.0.1", 0, ssl=self.context if self.logins else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Release the port and drop open connections."""
        if self._server:
            self._server.close()
        for transport in list(self.transports):
            transport.abort()

    async def take(self, message: Accepted, envelope: Envelope) -> None:
        """Deliver a message to the mailboxes behind its recipients, or pass it on."""
        self.accepted.append(message)
        there = self.route(message.recipients[0].rpartition("@")[2].lower())
        if there is not None:
            await asyncio.to_thread(_send, *there, message)
        elif not self.faults.black_hole:
            for recipient in envelope.rcpt_tos:
                await self._deliver(message, recipient)

    async def _deliver(self, message: Accepted, recipient: str) -> None:
        for user, address in self.directory.mailboxes_of(recipient):
            head = f"Return-Path: <{message.sender}>\r\nDelivered-To: {address}\r\n"
            await self._store(user, head.encode() + message.body)

    def _protocol(self) -> asyncio.Protocol:
        self._connections += 1
        if self.faults.greeting:
            return _Unwilling(self, self.faults.greeting)
        if self.faults.unsteady and self._connections % self.faults.unsteady == 0:
            return _Unwilling(self, "close")
        return Conversation(self)


class Conversation(SMTP):
    """One client; the server knows its transport, so that it can be closed at the end."""

    def __init__(self, server: SmtpServer, **options: Any) -> None:
        super().__init__(
            Handler(server),
            data_size_limit=_SIZE,
            enable_SMTPUTF8=True,
            hostname=server.hostname,
            ident="ESMTP migrate-mail lab",
            tls_context=None if server.faults.no_starttls else server.context,
            loop=asyncio.get_running_loop(),
            **options,
        )
        self._owner = server
        self._mine: set[asyncio.Transport] = set()

    def connection_made(self, transport: Any) -> None:
        """Note the transport; STARTTLS brings a second one."""
        self._mine.add(transport)
        self._owner.transports.add(transport)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        await asyncio.sleep(self._owner.faults.late)
        await super()._handle_client()

    async def smtp_STARTTLS(self, arg: str) -> None:
        """Shake hands, or only say so."""
        if self._owner.faults.tls_hangs:
            await self.push("220 Ready to start TLS")
            await asyncio.Event().wait()
        try:
            await super().smtp_STARTTLS(arg)
        except TLSSetupException:  # the client wants another version: no news for the log
            for transport in list(self._mine):
                transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the transports."""
        self._owner.transports -= self._mine
        super().connection_lost(error)


class _Unwilling(asyncio.Protocol):
    """A server that does not get as far as a conversation."""

    def __init__(self, server: SmtpServer, how: Greeting) -> None:
        self._server = server
        self._how = how

    def connection_made(self, transport: Any) -> None:
        """Say nothing, go, or say that we go."""
        self._transport = transport
        self._server.transports.add(transport)
        if self._how == "421":
            transport.write(b"421 4.3.2 %b not now\r\n" % self._server.hostname.encode())
        if self._how != "hang":
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the transport."""
        self._server.transports.discard(self._transport)


class Handler:
    """Decides on each command. The names and parameters of the methods are aiosmtpd's."""

    _ids = itertools.count(1)

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._asked = 0

    async def handle_EHLO(
        self, _smtp: SMTP, session: Session, _e: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Note who calls; an MX takes mail from everybody and offers nobody AUTH."""
        self._server.log.append(f"EHLO {hostname}")
        session.host_name = hostname
        return [line for line in responses if self._server.logins or "AUTH" not in line]

    async def handle_MAIL(
        self, _smtp: SMTP, _s: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any sender."""
        self._server.log.append(f"MAIL {address}")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _smtp: SMTP, _s: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept recipients that we know."""
        self._server.log.append(f"RCPT {address}")
        faults = self._server.faults
        await asyncio.sleep(faults.slow)
        self._asked += 1
        if faults.enough and self._asked > faults.enough:
            return "421 4.7.0 Enough for now"
        reply = self._judge(envelope.mail_from or "", address)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return reply

    async def handle_RSET(self, _smtp: SMTP, _s: Session, _e: Envelope) -> str:
        """Start over."""
        self._server.log.append("RSET")
        return "250 2.0.0 OK"

    async def handle_QUIT(self, _smtp: SMTP, _s: Session, _e: Envelope) -> str:
        """Say good bye."""
        self._server.log.append("QUIT")
        return "221 2.0.0 Bye"

    async def handle_DATA(self, _smtp: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the message."""
        self._server.log.append("DATA")
        if self._server.faults.refuse_data:
            return self._server.faults.refuse_data
        number = next(self._ids)
        trace = _received(self._server.hostname, session, number)
        content = envelope.content
        message = Accepted(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            helo=session.host_name or "",
            tls=session.ssl is not None,
            body=trace + (content if isinstance(content, bytes) else b""),
        )
        try:
            await self._server.take(message, envelope)
        except (OSError, smtplib.SMTPException):
            return "451 4.4.1 The next host does not take it now"
        return f"250 2.0.0 Queued as lab{number}"

    def _judge(self, sender: str, address: str) -> str:
        faults, directory = self._server.faults, self._server.directory
        if not directory.is_ours(address):
            return "554 5.7.1 Relay access denied"
        if not (directory.knows(address) or faults.accept_anything):
            return "550 5.1.1 User unknown"
        if faults.tempfail & {"*", address.lower()}:
            return "450 4.2.0 Mailbox busy"
        if faults.greylist and directory.first_time(sender, address):
            return "451 4.7.1 Greylisted, please try again"
        return "250 2.1.5 OK"


def _here(_domain: str) -> None:
    """Deliver everything here."""


def _received(hostname: str, session: Session, number: int) -> bytes:
    peer = session.peer[0] if session.peer else "unknown"
    protocol = "ESMTPS" if session.ssl is not None else "ESMTP"
    return (
        f"Received: from {session.host_name} ([{peer}])\r\n"
        f"\tby {hostname} with {protocol} id lab{number};\r\n"
        f"\t{format_datetime(datetime.now(UTC))}\r\n"
    ).encode()


def _send(host: str, port: int, message: Accepted) -> None:
    """Pass a message on, with TLS where offered, as MTAs do."""
    with smtplib.SMTP(host, port, timeout=10, local_hostname="relay.oldhost.example") as client:
        client.ehlo()
        if client.has_extn("starttls"):
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            client.starttls(context=context)
        client.sendmail(message.sender, list(message.recipients), message.body)
