"""Finds the DMARC record that holds for a domain: its own, or one above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate_mail.checks.dmarc.text import is_dmarc, walk
from migrate_mail.checks.looking import not_answered
from migrate_mail.checks.said import Said, Voices, ask
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """What there is for a domain. at: the name that the record is under; own: not inherited."""

    domain: str
    at: str
    voices: Voices
    searched: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether the record is the domain's own."""
        return self.at == self.domain

    @property
    def records(self) -> tuple[str, ...]:
        """Every record of DMARC that anybody serves."""
        return tuple(t for t in self.voices.texts if is_dmarc(t))


def find(view: View, domain: str) -> Found:
    """Walk up until a record is there, or nobody answers; NetError when nobody could be asked."""
    searched: list[str] = []
    first: Voices | None = None
    for name in walk(domain):
        try:
            voices = ask(view, f"_dmarc.{name}", "TXT")
        except NetError:
            if first is None:
                raise
            break  # above the domains that we know, nobody need answer us
        searched.append(name)
        first = first or voices
        if voices.silent or any(is_dmarc(t) for t in voices.texts):
            return Found(domain, name, voices, tuple(searched))
    assert first is not None
    return Found(domain, domain, first, tuple(searched))


def none_there(found: Found) -> Finding:
    """Return the finding for a domain without DMARC: nothing of it can break."""
    evidence = tuple(e for s in found.voices.said for e in s.evidence)
    return Finding(
        "DMARC_NONE",
        Outcome.SKIP,
        f"_dmarc.{found.domain} TXT",
        args={"text": f"no record at {', '.join(found.searched)}"},
        evidence=evidence,
    )


def each_said(found: Found) -> Iterator[Said | Finding]:
    """Give what each name server says, and a finding for those that say nothing."""
    yield from not_answered(found.voices.silent)
    yield from found.voices.said
