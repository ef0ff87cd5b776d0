"""What `net` observes, as plain values: facts, no opinions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from migrate_mail.errors import NetKind

DnsStatus = Literal[
    "ok", "nodata", "nxdomain", "timeout", "unreachable", "servfail", "refused", "garbage"
]
DNS_SILENCE: frozenset[DnsStatus] = frozenset(
    {"timeout", "unreachable", "servfail", "refused", "garbage"}
)
"""The statuses that mean "could not look": nothing follows from them about the zone."""


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """One address to dial. `rerouted`: the `connect` table of migration.yaml replaced ip and port."""

    host: str
    ip: str
    port: int
    rerouted: bool = False

    def __str__(self) -> str:
        return f"{self.host} [{self.ip}]:{self.port}"


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What one DNS server said to one question.

    records: rdata in presentation form, lower-cased names, sorted; empty unless status is `ok`.
    ttl: seconds, of the RRset as served (an authority's is the real one, a resolver's what remains);
    of an alias the least on the way; of an absence how long it may be believed (RFC 2308); of a
    referral that of the delegation.
    cname: the target when the name is an alias (records are then those behind it, if sent).
    aa: the server speaks with authority. at: when it answered. delegates: the name servers that a
    referral points to.
    """

    name: str
    rtype: str
    server: Endpoint
    status: DnsStatus
    records: tuple[str, ...] = ()
    ttl: int | None = None
    cname: str | None = None
    aa: bool = False
    at: datetime | None = None
    elapsed_ms: int = 0
    text: str = ""
    delegates: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        """True when the server gave no usable answer, so that nothing follows about the zone."""
        return self.status in DNS_SILENCE


@dataclass(frozen=True, slots=True)
class ServedRrset:
    """One RRset as a zone holds it. name: absolute, lower-case. records: as in DnsAnswer."""

    name: str
    rtype: str
    ttl: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A whole zone as one server handed it out, without signatures. text: why there is none."""

    apex: str
    server: Endpoint
    rrsets: tuple[ServedRrset, ...] = ()
    text: str = ""


Security = Literal["secure", "insecure", "bogus", "unknown"]
"""What a validating resolver makes of a name (RFC 4033 section 5)."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a resolver that we trust to validate says of a name. text: why, in words.

    server: the resolver; None when none is trusted.
    """

    name: str
    state: Security
    text: str
    server: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's apex and every address of its name servers.

    servers: one Endpoint for each name server address. lame: name servers whose address
    could not be found, as `name: reason`. unasked: addresses to which this machine has no route, of
    name servers that have another one.
    """

    apex: str
    servers: tuple[Endpoint, ...]
    lame: tuple[str, ...] = ()
    unasked: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """How a conversation ended before its goal: kind as in NetError, the phase it was in, the words."""

    kind: NetKind
    phase: str
    text: str


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """A TLS session as negotiated. problem: why the certificate is not trusted; None when it is.

    chain: the certificates as the server sent them, DER, its own first.
    """

    version: str
    cipher: str
    names: tuple[str, ...]
    not_after: datetime | None
    problem: str | None
    chain: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Pin:
    """The one certificate that is let pass though it is bad. sha256: 64 hex digits."""

    sha256: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SmtpFacts:
    """One SMTP conversation up to EHLO, and STARTTLS where offered.

    features: EHLO keywords with their arguments, upper-case, inside TLS where that came about.
    clear: those from before STARTTLS. transcript: lines marked `<-` and `->`. failure: where it
    broke off; None when it went through to QUIT. greeting_ms: from the connection to the banner.
    """

    endpoint: Endpoint
    banner: str = ""
    greeting_ms: int = 0
    features: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    starttls: bool = False
    tls: TlsFacts | None = None
    transcript: tuple[str, ...] = ()
    failure: Failure | None = None
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True)
class HttpsFacts:
    """One question to one web server, and what came back; a redirect is not followed.

    status 0: there was no answer. headers: names in lower case. body: as far as the bound allows,
    `cut` says that there was more. tls: None when no session came about.
    """

    endpoint: Endpoint
    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    tls: TlsFacts | None = None
    failure: Failure | None = None
    elapsed_ms: int = 0

    def header(self, name: str) -> str | None:
        """Return the first header of that name (lower case); None when there is none."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class RecipientReply:
    """The answer to one RCPT TO. code 0: the conversation ended before it was asked."""

    address: str
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """The answers to many RCPT TO at one endpoint; `failure` says why it ended early."""

    endpoint: Endpoint
    replies: tuple[RecipientReply, ...]
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """The fate of one message handed to one endpoint: the final reply, or the failure."""

    endpoint: Endpoint
    code: int
    text: str
    failure: Failure | None = None

    @property
    def accepted(self) -> bool:
        """True when the server took responsibility (250 after DATA)."""
        return self.failure is None and 200 <= self.code < 300
