"""Foreign exceptions become one kind of error each, in an admin's words."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.boundary import boundary, failure
from migrate_mail.net.retry import patiently, temporary

CASES = {
    "timeout": (TimeoutError(), "timeout"),
    "refused": (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
    "reset": (ConnectionResetError(errno.ECONNRESET, "x"), "closed"),
    "pipe": (BrokenPipeError(errno.EPIPE, "x"), "closed"),
    "no-route": (OSError(errno.EHOSTUNREACH, "No route to host"), "unreachable"),
    "no-family": (OSError(errno.EAFNOSUPPORT, "x"), "unreachable"),
    "firewall": (PermissionError(errno.EPERM, "x"), "unreachable"),
    "files": (OSError(errno.EMFILE, "Too many open files"), "busy"),
    "name": (socket.gaierror(socket.EAI_NONAME, "unknown"), "dns"),
    "certificate": (ssl.SSLCertVerificationError(1, "x"), "tls"),
    "tls-eof": (ssl.SSLEOFError(8, "x"), "closed"),
    "tls": (ssl.SSLError(1, "x"), "tls"),
    "eof": (EOFError(), "closed"),
}


@pytest.mark.parametrize(("raised", "kind"), CASES.values(), ids=CASES)
def test_each_has_its_kind(raised, kind):
    """The most specific reading wins, and where and phase are kept."""
    with pytest.raises(NetError) as caught, boundary("mx [192.0.2.1]:25", "EHLO"):
        raise raised
    error = caught.value
    assert (error.kind, error.where, error.phase) == (kind, "mx [192.0.2.1]:25", "EHLO")
    assert error.text
    assert failure(error).kind == kind


def test_a_reset_while_connecting_is_a_refusal():
    """Some firewalls answer a connection with a reset."""
    with pytest.raises(NetError) as caught, boundary("mx", "connect"):
        raise ConnectionResetError(errno.ECONNRESET, "x")
    assert caught.value.kind == "refused"


def test_our_own_bugs_are_not_translated():
    """A mistake of ours is not sold as a fault of the network."""
    with pytest.raises(ZeroDivisionError), boundary("mx", "EHLO"):
        raise ZeroDivisionError


def _error(kind):
    return NetError(kind, "imap", "LOGIN", "x")


@pytest.mark.parametrize(
    ("kind", "calls"), [("busy", 3), ("closed", 3), ("auth", 1), ("tls", 1), ("timeout", 1)]
)
def test_only_temporary_faults_are_tried_again(kind, calls):
    """Busy and dropped connections are tried three times with pauses; the rest once."""
    made: list[int] = []
    pauses: list[float] = []

    def act():
        made.append(1)
        raise _error(kind)

    with pytest.raises(NetError):
        patiently(act, wait=pauses.append)
    assert (len(made), len(pauses)) == (calls, calls - 1)
    assert temporary(_error(kind)) is (calls > 1)
    assert all(p > 0 for p in pauses)


def test_the_first_success_ends_it():
    """A second try that works is the result."""
    outcomes = [_error("busy"), "done"]

    def act():
        outcome = outcomes.pop(0)
        if isinstance(outcome, NetError):
            raise outcome
        return outcome

    assert patiently(act, wait=lambda seconds: None) == "done"
