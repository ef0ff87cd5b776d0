"""One question to one DNS server over UDP, and TCP when the answer is cut short."""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from migrate_mail.net.boundary import explain
from migrate_mail.net.dns_facts import DnsStatus
from migrate_mail.net.facts import Endpoint

PAYLOAD = 1232
"""The EDNS buffer size that crosses every network without fragments (DNS flag day 2020)."""


class NoAnswer(Exception):
    """The server gave nothing to work with: why, and in words."""

    def __init__(self, status: DnsStatus, text: str) -> None:
        super().__init__(text)
        self.status: DnsStatus = status
        self.text = text


def exchange(
    server: Endpoint, query: dns.message.Message, *, timeout: float, tries: int
) -> dns.message.Message:
    """Return the server's reply; NoAnswer when none came that fits the question."""
    last = NoAnswer("timeout", "never asked")
    for _ in range(tries):
        try:
            return _once(server, query, timeout)
        except NoAnswer as exc:
            last = exc
            if exc.status == "unreachable":
                break
    raise last


def _once(server: Endpoint, query: dns.message.Message, timeout: float) -> dns.message.Message:
    try:
        reply = _udp(server, query, timeout)
        if reply.flags & dns.flags.TC:
            return dns.query.tcp(query, server.ip, timeout=timeout, port=server.port)
    except dns.exception.Timeout as exc:
        raise NoAnswer("timeout", f"no answer over TCP in {timeout:g} s") from exc
    except OSError as exc:
        raise _silence(exc, timeout) from exc
    except (dns.exception.DNSException, EOFError, ValueError, struct.error) as exc:
        raise NoAnswer("garbage", f"not a DNS answer: {_words(exc)}") from exc
    return reply


def _udp(server: Endpoint, query: dns.message.Message, timeout: float) -> dns.message.Message:
    family = socket.AF_INET6 if ipaddress.ip_address(server.ip).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        # A connected socket takes packets of this server only, and hears "port unreachable".
        sock.settimeout(timeout)
        sock.connect((server.ip, server.port))
        sock.send(query.to_wire())
        return _fitting(sock, query, time.monotonic() + timeout)


def _fitting(
    sock: socket.socket, query: dns.message.Message, until: float
) -> dns.message.Message:
    """Read packets until one answers the question; others may be forged or late (RFC 5452)."""
    strange = ""
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            reply = _read(sock.recv(65535))
        except TimeoutError:
            break
        except (dns.exception.DNSException, ValueError, struct.error) as exc:
            strange = f"not a DNS answer: {_words(exc)}"
            continue
        if query.is_response(reply):
            return reply
        strange = "an answer to another question came (id or question does not match)"
    if strange:
        raise NoAnswer("garbage", strange)
    raise TimeoutError


def _read(wire: bytes) -> dns.message.Message:
    try:
        return dns.message.from_wire(wire, raise_on_truncation=True)
    except dns.message.Truncated as exc:
        reply: dns.message.Message = exc.message()  # type: ignore[no-untyped-call]
        return reply


def _silence(exc: OSError, timeout: float) -> NoAnswer:
    if isinstance(exc, TimeoutError):
        return NoAnswer("timeout", f"no answer in {timeout:g} s")
    if isinstance(exc, ConnectionRefusedError):
        return NoAnswer("unreachable", "nothing listens at this port")
    if exc.errno in (errno.ECONNRESET, errno.EPIPE):
        return NoAnswer("garbage", "the server dropped the TCP connection")
    return NoAnswer("unreachable", explain(exc)[1])


def _words(exc: BaseException) -> str:
    return str(exc) or type(exc).__name__


def rcode_text(reply: dns.message.Message) -> str:
    """Return the reply's code as text, such as `NXDOMAIN`."""
    return dns.rcode.to_text(reply.rcode())
