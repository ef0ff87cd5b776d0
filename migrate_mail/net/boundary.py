"""The one place where foreign exceptions become NetError, the most specific first."""

from __future__ import annotations

import errno
import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from migrate_mail.errors import NetError, NetKind
from migrate_mail.net.facts import Failure

_UNREACHABLE = {
    errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EACCES,
    errno.EPERM, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT,
}  # fmt: skip
_OURS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_FOREIGN = (OSError, EOFError, zlib.error)


@contextmanager
def boundary(where: object, phase: str) -> Iterator[None]:
    """Raise NetError in place of what sockets and TLS raise."""
    try:
        yield
    except _FOREIGN as exc:
        kind, text = explain(exc, phase)
        raise NetError(kind, str(where), phase, text) from exc


def failure(error: NetError) -> Failure:
    """Return a NetError as a value, for the facts of a conversation that broke off."""
    return Failure(error.kind, error.phase, error.text)


def explain(exc: BaseException, phase: str = "") -> tuple[NetKind, str]:
    """Return the kind and the words for a foreign exception."""
    if isinstance(exc, ssl.SSLError):
        return _tls(exc)
    if isinstance(exc, EOFError):
        return "closed", "the server closed the connection"
    if isinstance(exc, OSError):
        return _os(exc, phase)
    if isinstance(exc, zlib.error):
        return "garbage", f"what came is not compressed as agreed: {exc}"
    return "garbage", f"{type(exc).__name__}: {exc}"


def _tls(exc: ssl.SSLError) -> tuple[NetKind, str]:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return "tls", f"the certificate is not trusted: {getattr(exc, 'verify_message', exc)}"
    if isinstance(exc, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "closed", "the server closed the connection inside TLS"
    return "tls", f"TLS failed: {getattr(exc, 'reason', '') or exc}"


def _os(exc: OSError, phase: str) -> tuple[NetKind, str]:
    if isinstance(exc, TimeoutError):
        return "timeout", "no answer in time"
    if isinstance(exc, socket.gaierror):
        return "dns", f"the name does not resolve: {exc.strerror}"
    if isinstance(exc, ConnectionRefusedError):
        return "refused", "connection refused"
    if isinstance(exc, ConnectionError):
        if phase == "connect":
            return "refused", "connection reset while connecting"
        return "closed", "the server dropped the connection"
    return _by_number(exc)


def _by_number(exc: OSError) -> tuple[NetKind, str]:
    words = exc.strerror or str(exc)
    if exc.errno in _UNREACHABLE:
        return "unreachable", words
    if exc.errno in _OURS:
        return "busy", f"this machine is out of resources: {words}"
    return "unreachable", words
