"""HTTPS, and HTTP where asked for, to one address of one host: facts only. No redirect is followed, every wait has an end."""

from __future__ import annotations

import http.client
import io
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3
import urllib3.connection

from migrate_mail.errors import NetError
from migrate_mail.net import tls
from migrate_mail.net.boundary import failure
from migrate_mail.net.facts import Endpoint, Failure, TlsFacts
from migrate_mail.net.https_facts import HttpsFacts
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.stream import Stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_TOTAL = 3
"""A whole exchange takes at most this many times the timeout of one phase."""
MOST = 64 * 1024
"""Bytes of a body that are read (RFC 8461 section 3.3 thinks of 64 KB for a policy)."""
_AGENT = "migrate-mail"


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask: the path with its query, and for a POST the body with its headers.

    secure: false for HTTP without TLS, which some clients ask once to be sent elsewhere.
    """

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    most: int = MOST
    secure: bool = True


@dataclass
class _Look:
    """What was seen so far; kept when the exchange breaks off."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    tls: TlsFacts | None = None
    failure: Failure | None = None
    distrust: str | None = None


class HttpsDialer:
    """Asks web servers at given addresses; a fault of the world is a Failure in the facts.

    ca: PEM file of the CA to trust instead of the system's.
    """

    def __init__(self, *, ca: Path | None, limits: HostLimits, timeout: float = 10) -> None:
        self._ca = ca
        self._limits = limits
        self._timeout = timeout

    def ask(self, endpoint: Endpoint, request: Request) -> HttpsFacts:
        """Ask once; SNI and verification are for the endpoint's host, whatever address is dialled.

        A certificate that is not trusted is a `tls.problem`, and the question is asked once more
        without verifying, so that everything wrong is seen in one look. Send no secret here.
        """
        began = time.monotonic()
        look = self._look(endpoint, request)
        if look.distrust is not None:
            look = self._look(endpoint, request, problem=look.distrust)
        return HttpsFacts(
            endpoint=endpoint,
            url=f"http{'s' if request.secure else ''}://{endpoint.host}{request.path}",
            status=look.status,
            headers=look.headers,
            body=look.body,
            cut=look.cut,
            tls=look.tls,
            failure=look.failure,
            elapsed_ms=int((time.monotonic() - began) * 1000),
        )

    def _look(
        self, endpoint: Endpoint, request: Request, *, problem: str | None = None
    ) -> _Look:
        look = _Look()
        try:
            with (
                self._limits.slot(endpoint),
                Stream(endpoint, timeout=self._timeout, total=_TOTAL * self._timeout) as stream,
            ):
                if request.secure:
                    self._secure(stream, look, problem)
                _exchange(stream, request, look)
        except NetError as error:
            look.failure = failure(error)
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                look.distrust = error.text
        return look

    def _secure(self, stream: Stream, look: _Look, problem: str | None) -> None:
        stream.begin("TLS")
        context = tls.lax() if problem else tls.trusting(self._ca, where=stream.endpoint)
        look.tls = tls.facts(stream.start_tls(context, stream.endpoint.host), problem)


def _exchange(stream: Stream, request: Request, look: _Look) -> None:
    stream.begin(request.method)
    with _no_http(stream):
        line = _Line(stream)
        line.request(
            request.method,
            request.path,
            body=request.body,
            headers={"User-Agent": _AGENT, "Connection": "close", **(request.headers or {})},
            preload_content=False,
        )
        answer = line.getresponse()
        look.status = answer.status
        look.headers = tuple((k.lower(), v) for k, v in answer.headers.items())
        look.body, look.cut = _bounded(answer, request.most)


def _bounded(answer: urllib3.HTTPResponse, most: int) -> tuple[bytes, bool]:
    """Read no more than is wanted; the rest goes with the connection."""
    parts, size = [], 0
    while size <= most and (part := answer.read(most + 1 - size)):
        parts.append(part)
        size += len(part)
    body = b"".join(parts)
    return body[:most], size > most


@contextmanager
def _no_http(stream: Stream) -> Iterator[None]:
    """Raise NetError in place of what the HTTP libraries raise at nonsense."""
    try:
        yield
    except http.client.RemoteDisconnected as exc:
        raise stream.fail("closed", "the server closed the connection") from exc
    except (http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as exc:
        words = str(exc) or type(exc).__name__
        raise stream.fail("garbage", f"not an HTTP answer: {words[:200]}") from exc


class _Line(urllib3.connection.HTTPConnection):
    """urllib3's HTTP over our own connection: its TLS, its clock, its words for what goes wrong."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream.endpoint.host)
        self._stream = stream
        self.sock = _Plug(stream)

    def connect(self) -> None:
        """Do nothing: the connection is there, and a second one is never made."""
        raise self._stream.fail("closed", "the server closed the connection")


class _Plug:
    """What http.client needs of a socket."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._stream.send(data)

    def makefile(self, mode: str, *_: object) -> io.BufferedReader:
        """Return what the answer is read from."""
        assert mode == "rb"
        return io.BufferedReader(_Came(self._stream))

    def settimeout(self, seconds: float | None) -> None:
        """Leave time to the stream's own clock."""

    def close(self) -> None:
        """Leave the end to the stream's owner."""


class _Came(io.RawIOBase):
    """The bytes that come over a stream, as a file."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read what is there; nothing at the end."""
        view = memoryview(buffer).cast("B")
        try:
            came = self._stream.some(len(view))
        except NetError as error:
            if error.kind == "closed":
                return 0
            raise
        view[: len(came)] = came
        return len(came)
