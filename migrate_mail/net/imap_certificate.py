"""Which certificate an IMAP server shows to a program that calls it by a name; nobody logs in."""

from __future__ import annotations

import ssl
from pathlib import Path

from migrate_mail.errors import NetError
from migrate_mail.net import tls
from migrate_mail.net.facts import Endpoint, TlsFacts
from migrate_mail.net.imap_login import ask_for_tls
from migrate_mail.net.imap_wire import ImapWire
from migrate_mail.net.stream import Stream


def certificate(
    endpoint: Endpoint, ca: Path | None, *, starttls: bool, timeout: float
) -> TlsFacts:
    """Return what was negotiated with the endpoint's host as the wanted name.

    A certificate that is not trusted for that name is a `problem` of the facts. Raise NetError
    when the handshake does not come about. timeout: seconds for each step.
    """
    try:
        return _look(endpoint, ca, None, starttls=starttls, timeout=timeout)
    except NetError as error:
        if not isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise
        return _look(endpoint, ca, error.text, starttls=starttls, timeout=timeout)


def _look(
    endpoint: Endpoint,
    ca: Path | None,
    problem: str | None,
    *,
    starttls: bool,
    timeout: float,
) -> TlsFacts:
    with Stream(endpoint, timeout=timeout, total=4 * timeout) as stream:
        if starttls:
            stream.begin("banner")
            ask_for_tls(ImapWire(stream, look_only=True))
        stream.begin("TLS")
        context = tls.trusting(ca, where=endpoint) if problem is None else tls.lax()
        return tls.facts(stream.start_tls(context, endpoint.host), problem)
