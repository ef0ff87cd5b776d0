"""The lab's certificate authority. Made once for each process: keys cost time and nobody keeps them."""

from __future__ import annotations

import functools
import ssl
import warnings
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
def server_context(
    *names: str, expired: bool = False, days: int | None = None
) -> ssl.SSLContext:
    """Return a server's TLS context with a certificate for these host names.

    expired: since three days. days: for which it is still good; by default for years.
    """
    left = -3 if expired else days
    ends = None if left is None else datetime.now(UTC) + timedelta(days=left)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*names, not_after=ends).configure_cert(context)
    return context


def speaking(context: ssl.SSLContext, *versions: ssl.TLSVersion) -> ssl.SSLContext:
    """Let a context speak the versions from the first to the last of these only, old ones too."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, for TLS 1.0 and 1.1
        context.minimum_version, context.maximum_version = min(versions), max(versions)
    return context


def without_sni(context: ssl.SSLContext, other: ssl.SSLContext) -> ssl.SSLContext:
    """Show another certificate to clients that do not say which host they want."""

    def choose(sock: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is None:
            sock.context = other

    context.sni_callback = choose
    return context
