"""The lab's certificate authority. Made once for each process: keys cost time and nobody keeps them."""

from __future__ import annotations

import functools
import ssl
from datetime import UTC, datetime, timedelta

import trustme


@functools.cache
def authority() -> trustme.CA:
    """Return the CA that clients of the lab are told to trust."""
    return trustme.CA(organization_name="migrate-mail lab")


def ca_pem() -> bytes:
    """Return the CA certificate as PEM."""
    return authority().cert_pem.bytes()


@functools.cache
def server_context(*names: str, expired: bool = False) -> ssl.SSLContext:
    """Return a server's TLS context with a certificate for these host names."""
    ends = datetime.now(UTC) - timedelta(days=3) if expired else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*names, not_after=ends).configure_cert(context)
    return context
