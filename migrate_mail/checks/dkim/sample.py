"""A message that a system sent: whether its signature holds, and is in the name that people see."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import AddressHeader

from migrate_mail.checks.base import Context
from migrate_mail.checks.ip.senders import sending_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.txt import text_of
from migrate_mail.state.records import MailboxSide

MOST = 25_000_000
"""Octets of a message that is read."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM signature. problem: why it does not hold; empty when it does.

    judged: false when we cannot tell, for want of a library for its algorithm.
    """

    domain: str
    selector: str
    problem: str
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as it arrived. author: the domain in From; envelope: that of Return-Path."""

    raw: bytes
    author: str
    envelope: str


def sample_of(context: Context, side: MailboxSide) -> Sample | Finding:
    """Read the message that migration.yaml names; a finding in its stead when there is none."""
    path = sending_of(context, side).sample
    if path is None:
        return Finding(
            "SAMPLE_NOT_TOLD",
            Outcome.SKIP,
            f"the {side} system",
            args={"text": "migration.yaml names no message that it sent"},
            fix=f"send a message from {side} to an address outside, save it as it arrived, and name it: systems.{side}.sends.sample",
        )
    where = context.inventory.base / path
    try:
        with where.open("rb") as file:
            return read_sample(file.read(MOST))
    except OSError as exc:
        text = f"{where.name}: {exc.strerror}"
    except ValueError as exc:
        text = f"{where.name}: {exc}"
    return Finding("SAMPLE_UNREAD", Outcome.UNKNOWN, f"the {side} system", args={"text": text})


def read_sample(raw: bytes) -> Sample:
    """Read the headers that matter; ValueError when there is no single author. PURE."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    header = message["From"]
    authors = header.addresses if isinstance(header, AddressHeader) else ()
    if len({a.domain.lower() for a in authors}) != 1:
        raise ValueError("it has no From with one domain in it")
    path = str(message.get("Return-Path", "")).strip().strip("<>")
    return Sample(raw, authors[0].domain.lower(), path.rpartition("@")[2].lower())


def signatures(sample: Sample, view: View) -> tuple[list[Signature], list[DnsAnswer]]:
    """Verify every signature; the second are the answers that were missing."""
    import dkim

    silent: list[DnsAnswer] = []
    keys = _asker(view, silent)
    found: list[Signature] = []
    headers, _ = dkim.rfc822_parse(sample.raw)
    count = sum(name.lower() == b"dkim-signature" for name, _ in headers)
    for index in range(count):
        one = dkim.DKIM(sample.raw, minkey=1024)
        judged = True
        try:
            problem = (
                "" if one.verify(idx=index, dnsfunc=keys) else "the signature does not fit"
            )
        except dkim.NaClNotFoundError:
            problem, judged = "Ed25519 signatures cannot be verified here", False
        except dkim.DKIMException as exc:
            problem = str(exc) or type(exc).__name__
        found.append(Signature(_text(one.domain), _text(one.selector), problem, judged))
    return found, silent


def _asker(view: View, silent: list[DnsAnswer]) -> Callable[..., bytes]:
    def keys(name: bytes | str, timeout: int = 5) -> bytes:
        del timeout
        answer = view.look(_text(name).rstrip("."), "TXT")
        if answer.silent:
            silent.append(answer)
        # RFC 6376 section 3.6.2.2: with several records nobody knows which one counts.
        return text_of(answer.records[0]).encode() if len(answer.records) == 1 else b""

    return keys


def _text(value: bytes | str | None) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value or ""
