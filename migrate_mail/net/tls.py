"""TLS as we use it: whom to trust, and what a session and its certificate say."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Pin, TlsFacts

if TYPE_CHECKING:
    from cryptography import x509

TlsVersion = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
VERSIONS: tuple[TlsVersion, ...] = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_NUMBERS = dict(zip(VERSIONS, (769, 770, 771, 772), strict=True))


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a look at a server shakes hands. sni: say which host is wanted, as not every sender does.

    version: this one and no other; the certificate is not judged then.
    """

    sni: bool = True
    version: TlsVersion | None = None


AS_SENDERS_DO = Handshake()


def context(
    ca: Path | None, shake: Handshake, *, verify: bool, where: object
) -> ssl.SSLContext:
    """Return the context for a look; without SNI the name in the certificate is not judged."""
    if shake.version is not None:
        return _only(shake.version)
    if not verify:
        return lax()
    return trusting(ca, where=where) if shake.sni else _chain_only(ca)


@lru_cache(maxsize=4)
def _only(version: TlsVersion) -> ssl.SSLContext:
    """Return a lax context for one version. Security level 0: OpenSSL 3 has no TLS 1.0 above it."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.check_hostname = False
    found.verify_mode = ssl.CERT_NONE
    found.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of TLS 1.0 and 1.1; whether a server still has them is what we ask.
        warnings.simplefilter("ignore", DeprecationWarning)
        found.minimum_version = found.maximum_version = ssl.TLSVersion(_NUMBERS[version])
    return found


@lru_cache(maxsize=8)
def _chain_only(ca: Path | None) -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=ca)
    found.check_hostname = False
    return found


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


def covers(names: Iterable[str], host: str) -> bool:
    """Tell whether a certificate's names are for a host; a `*` is one label (RFC 6125 section 6.4.3)."""
    host = host.rstrip(".").lower()
    star = "*." + host.partition(".")[2]
    return any(name in {host, star} for name in names)


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
        chain=_chain(sock),
    )


def _chain(sock: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates as they came. Python has a public way to them from 3.13 on."""
    public = getattr(sock, "get_unverified_chain", None)
    if public is not None:
        return tuple(public() or ())
    inner: Any = vars(sock)["_sslobj"]
    return tuple(
        ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in inner.get_unverified_chain() or ()
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
