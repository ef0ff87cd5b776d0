"""What `net` observes of any connection, as plain values: facts, no opinions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from migrate_mail.errors import NetKind


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
