"""TLS as we use it: whom to trust, and what a session and its certificate say."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Pin, TlsFacts

if TYPE_CHECKING:
    from cryptography import x509


def trusting(ca: Path | None, *, where: object) -> ssl.SSLContext:
    """Return a context that verifies chain and name, against `ca` or the system's CAs."""
    try:
        return _verifying(ca)
    except (OSError, ssl.SSLError) as exc:
        text = f"cannot use the CA file {ca}: {exc}"
        raise NetError("tls", str(where), "TLS", text) from exc


@lru_cache(maxsize=64)
def _verifying(ca: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


@lru_cache(maxsize=1)
def lax() -> ssl.SSLContext:
    """Return a context that takes any certificate, as senders of mail do (RFC 7435)."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def pinned_otherwise(sock: ssl.SSLObject, pin: Pin, *, now: datetime) -> str | None:
    """Say why a connection is not to the server whose bad certificate is let pass; None: it is."""
    if pin.until <= now:
        return f"the waiver for this certificate ended at {pin.until.isoformat()}"
    seen = hashlib.sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()
    if not hmac.compare_digest(seen, pin.sha256):
        return f"this is not the certificate that is let pass; its SHA-256 is {seen}"
    return None


def facts(sock: ssl.SSLObject, problem: str | None) -> TlsFacts:
    """Return what was negotiated, and what the certificate says."""
    cipher = sock.cipher()
    names, not_after = _certificate(sock.getpeercert(binary_form=True))
    return TlsFacts(
        version=sock.version() or "",
        cipher=cipher[0] if cipher else "",
        names=names,
        not_after=not_after,
        problem=problem,
    )


def _certificate(der: bytes | None) -> tuple[tuple[str, ...], datetime | None]:
    if der is None:
        return (), None
    from cryptography import x509

    try:
        cert = x509.load_der_x509_certificate(der)
        return _names(cert), cert.not_valid_after_utc
    except ValueError:
        return (), None


def _names(cert: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = found.get_values_for_type(x509.DNSName)
    addresses = [str(ip) for ip in found.get_values_for_type(x509.IPAddress)]
    return tuple(sorted({n.lower() for n in names})) + tuple(sorted(addresses))
