"""Certificates and dialers for the hostile servers of this folder."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.net.smtp import SmtpDialer


@pytest.fixture(scope="session")
def authority():
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory):
    """Its certificate as a PEM file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def _server(cert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def contexts(authority):
    """Server contexts by what is wrong with their certificate; `good` is for mx.test."""
    expired = datetime.now(UTC) - timedelta(days=1)
    return {
        "good": _server(authority.issue_cert("mx.test", "imap.test")),
        "name": _server(authority.issue_cert("other.test")),
        "expired": _server(authority.issue_cert("mx.test", not_after=expired)),
        "stranger": _server(trustme.CA().issue_cert("mx.test")),
    }


@pytest.fixture
def smtp(ca_file):
    """An SMTP dialer with little patience."""
    return SmtpDialer(
        helo="probe.test",
        sender="probe@probe.test",
        ca=ca_file,
        limits=HostLimits(),
        timeout=0.6,
    )


@pytest.fixture
def pauses():
    """The pauses that a dialer made between its tries."""
    return []


@pytest.fixture
def imap(pauses):
    """Give an IMAP dialer with little patience that reaches imap.test:143 at a server."""

    def make(server, *, timeout=0.6, per_host=4):
        routes = Routes({"imap.test:143": f"{server.host}:{server.port}"})
        return ImapDialer(
            routes=routes, limits=HostLimits(per_host), timeout=timeout, wait=pauses.append
        )

    return make
