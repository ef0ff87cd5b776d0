"""Log in to mailboxes over IMAP, at the address that is published or the one to dial instead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Endpoint, TlsFacts
from migrate_mail.net.imap_advice import slows
from migrate_mail.net.imap_append import Appended, Appender, usual_date
from migrate_mail.net.imap_bodies import BodyStream, Closed, Incoming, Opened, Wanted
from migrate_mail.net.imap_login import connect
from migrate_mail.net.imap_parse import uid_set
from migrate_mail.net.imap_session import ReadOnlySession
from migrate_mail.net.imap_survey import Survey
from migrate_mail.net.imap_text import read_date, read_flags, sendable, write_date, write_flags
from migrate_mail.net.imap_types import (
    Ahead,
    AppendReceipt,
    FolderInfo,
    FolderStatus,
    ImapTarget,
    Mailboxes,
    Making,
    MessageHead,
)
from migrate_mail.net.imap_wire import ImapWire
from migrate_mail.net.imap_writer import Session
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.names import system_addresses
from migrate_mail.net.retry import patiently
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from migrate_mail.net.transcript import Line

__all__ = [
    "Ahead",
    "AppendReceipt",
    "Appended",
    "Appender",
    "BodyStream",
    "Closed",
    "FolderInfo",
    "FolderStatus",
    "ImapDialer",
    "ImapTarget",
    "Incoming",
    "Mailboxes",
    "Making",
    "MessageHead",
    "Opened",
    "ReadOnlySession",
    "Session",
    "Wanted",
    "read_date",
    "read_flags",
    "sendable",
    "uid_set",
    "usual_date",
    "write_date",
    "write_flags",
]

_NEXT = {"refused", "unreachable", "timeout"}
"""Faults of one address, after which the host's next one is tried."""


class ImapDialer:
    """Opens sessions; the certificate must be good for the configured host, rerouted or not.

    timeout: seconds for each step of a conversation. wait: sleeps between tries.
    trace: gives what takes down the words of a new connection.
    """

    def __init__(
        self,
        *,
        routes: Routes,
        limits: HostLimits,
        timeout: float = 30,
        wait: Callable[[float], object] | None = None,
        trace: Callable[[Endpoint], Line] | None = None,
    ) -> None:
        self._routes = routes
        self._limits = limits
        self._timeout = timeout
        self._wait = wait or threading.Event().wait
        self._trace = trace

    def read_only(
        self, target: ImapTarget, secret: Secret, ahead: Ahead | None = None
    ) -> ReadOnlySession:
        """Open a session that cannot change anything at the server.

        ahead: what the first call of `mailboxes` will ask, so that it can go out with the login.
        """
        return ReadOnlySession(*self._login(target, secret, ahead, look_only=True))

    def read_write(
        self, target: ImapTarget, secret: Secret, ahead: Ahead | None = None
    ) -> Session:
        """Open a session that can add folders, messages and flags."""
        return Session(*self._login(target, secret, ahead, look_only=False))

    def another(self, target: ImapTarget, secret: Secret) -> Session:
        """Open one more session of the kind, at once or not at all: NetError `busy` without a slot."""
        return Session(*self._login(target, secret, None, look_only=False, needed=False))

    def certificate(self, endpoint: Endpoint, ca: Path | None, *, starttls: bool) -> TlsFacts:
        """Return the certificate that is shown to who asks for the endpoint's host; nobody logs in."""
        from migrate_mail.net.imap_certificate import certificate

        with self._limits.slot(endpoint):
            return certificate(endpoint, ca, starttls=starttls, timeout=self._timeout)

    def _login(
        self,
        target: ImapTarget,
        secret: Secret,
        ahead: Ahead | None,
        *,
        look_only: bool,
        needed: bool = True,
    ) -> tuple[ImapWire, frozenset[str], ExitStack, Survey | None]:
        failed: NetError | None = None
        for endpoint in self._endpoints(target):
            try:
                return self._at(
                    endpoint, target, secret, ahead, look_only=look_only, needed=needed
                )
            except NetError as error:
                failed = error
                if error.kind not in _NEXT or error.phase != "connect":
                    break
        assert failed is not None
        raise failed

    def _at(
        self,
        endpoint: Endpoint,
        target: ImapTarget,
        secret: Secret,
        ahead: Ahead | None,
        *,
        look_only: bool,
        needed: bool,
    ) -> tuple[ImapWire, frozenset[str], ExitStack, Survey | None]:
        with ExitStack() as stack:
            wait, tries = (60, 3) if needed else (0, 1)
            stack.enter_context(self._limits.slot(endpoint, wait=wait, most=target.connections))
            try:
                wire, able, survey = patiently(
                    lambda: connect(
                        endpoint,
                        target,
                        secret,
                        look_only=look_only,
                        timeout=self._timeout,
                        trace=self._trace(endpoint) if self._trace else None,
                        ahead=ahead,
                    ),
                    wait=self._wait,
                    tries=tries,
                )
            except NetError as error:
                asked = slows(error.text)
                if asked is not None and asked.act == "fewer":
                    self._limits.fewer(endpoint)
                raise
            return wire, able, stack.pop_all(), survey

    def _endpoints(self, target: ImapTarget) -> list[Endpoint]:
        direct = self._routes.direct(target.host, target.port)
        if direct is not None:
            return [direct]
        ips = system_addresses(target.host, target.port, timeout=self._timeout)
        return [self._routes.endpoint(target.host, ip, target.port) for ip in ips]
