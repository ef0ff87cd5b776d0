"""What SMTP servers say, as plain values: facts, no opinions."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.net.facts import Endpoint, Failure, TlsFacts


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
