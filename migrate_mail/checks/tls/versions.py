"""Which versions of TLS the new MX hosts speak, and which of old's they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.checks.tls.looks import at_each, without_tls
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import SmtpFacts
from migrate_mail.net.tls import VERSIONS, Handshake, TlsVersion

_REFS = ("RFC 8996", "RFC 9325 section 3.1.1")
_TODAY: frozenset[TlsVersion] = frozenset({"TLSv1.2", "TLSv1.3"})


class VersionParams(StrictModel):
    """What must not be lost."""

    legacy: bool = Field(
        default=False,
        description="partners of yours speak TLS 1.0 or 1.1 only: fail when new lacks what old has",
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """The versions that one address shook hands with. unseen: those of which nobody can tell, and why."""

    facts: SmtpFacts
    spoken: tuple[TlsVersion, ...]
    unseen: tuple[TlsVersion, ...] = ()
    why: str = ""


@check(
    "tls.versions",
    title="The new MX hosts speak TLS 1.2 or 1.3, and what partners need",
    about=About(
        looks="a handshake in each version of TLS by itself, 1.0 to 1.3, at every address of the new MX hosts and of the old ones",
        matters="A machine at a partner's that speaks TLS 1.0 only stops delivering, or sends in the clear, when new is stricter than old was. A server without 1.2 and 1.3 loses everybody else.",
        mend="Allow the versions that are named; TLS 1.0 and 1.1 only for as long as a partner needs them.",
        refs=_REFS,
    ),
    params=VersionParams,
    each=("mx_hosts",),
)
def versions(context: Context, params: VersionParams) -> Iterator[Finding]:
    """Compare each new address with what any address of old speaks."""

    @cache
    def old() -> frozenset[TlsVersion] | None:
        return _old(context)

    def look(spot: Spot) -> Iterator[Finding]:
        offer = _offer(context, spot.endpoint)
        missing = without_tls(offer.facts)
        if missing is not None:
            yield missing
        else:
            yield from _judged(offer, old(), legacy=params.legacy)

    yield from at_each(context, MxParams(system="new"), look)


def _old(context: Context) -> frozenset[TlsVersion] | None:
    """Return what old speaks at any address; None when nobody can tell."""
    spoken: set[TlsVersion] = set()
    seen = False
    try:
        for spot in spots(context, MxParams(system="old")):
            if isinstance(spot, Spot) and spot.side == "old":
                offer = _offer(context, spot.endpoint)
                spoken |= set(offer.spoken)
                seen = seen or offer.facts.failure is None
    except NetError:
        return None
    return frozenset(spoken) if seen else None


def _offer(context: Context, endpoint: Endpoint) -> Offer:
    """Shake hands as usual, then in each other version alone; stop when the server does not answer."""
    facts = context.smtp.probe(endpoint)
    if facts.tls is None:
        return Offer(facts, ())
    spoken, unseen, why = [facts.tls.version], [], ""
    for version in VERSIONS:
        if version == facts.tls.version:
            continue
        found = context.smtp.probe(endpoint, Handshake(version=version))
        if found.tls is not None:
            spoken.append(version)
        elif not _refused(found):
            unseen.append(version)
            why = found.failure.text if found.failure is not None else "no STARTTLS this time"
    ordered = tuple(v for v in VERSIONS if v in spoken)
    return Offer(facts, ordered, tuple(unseen), why)


def _refused(facts: SmtpFacts) -> bool:
    """Tell whether the server turned the handshake down; it may just hang up, as some do."""
    return (
        facts.failure is not None
        and facts.failure.phase == "STARTTLS"
        and facts.failure.kind in {"tls", "closed"}
        # Our own OpenSSL may be built without a version: then nothing follows about the server.
        and "NO_PROTOCOLS_AVAILABLE" not in facts.failure.text
    )


def _judged(
    offer: Offer, old: frozenset[TlsVersion] | None, *, legacy: bool
) -> Iterator[Finding]:
    where, spoken = str(offer.facts.endpoint), set(offer.spoken)
    lost = tuple(v for v in VERSIONS if old and v in old and v not in {*spoken, *offer.unseen})
    if offer.unseen or old is None:
        yield _unseen(offer, old)
    if not spoken & _TODAY:
        yield _outdated(offer)
        return
    if set(lost) & _TODAY or (lost and legacy):
        yield Finding(
            "TLS_VERSIONS_LOST",
            Outcome.FAIL,
            where,
            args={"lost": lost, "versions": offer.spoken},
            evidence=_evidence(offer),
            fix=f"allow {', '.join(lost)} on {where} too, for as long as a partner needs it",
            refs=_REFS,
        )
        return
    if not offer.unseen and old is not None:
        yield Finding(
            "TLS_VERSIONS_GOOD",
            Outcome.PASS,
            where,
            args={"versions": offer.spoken, "old": tuple(v for v in VERSIONS if v in old)},
            evidence=_evidence(offer),
        )


def _unseen(offer: Offer, old: frozenset[TlsVersion] | None) -> Finding:
    side = "old" if old is None and not offer.unseen else "new"
    return Finding(
        "TLS_VERSIONS_NOT_SEEN",
        Outcome.UNKNOWN,
        str(offer.facts.endpoint),
        args={
            "side": side,
            "versions": offer.unseen,
            "text": offer.why or "no address of old showed its TLS",
        },
        evidence=_evidence(offer),
        fix="look again; servers turn away who connects too often",
    )


def _outdated(offer: Offer) -> Finding:
    return Finding(
        "TLS_VERSIONS_OLD",
        Outcome.FAIL,
        str(offer.facts.endpoint),
        args={"versions": offer.spoken},
        evidence=_evidence(offer),
        fix="allow TLS 1.2 and 1.3",
        refs=_REFS,
    )


def _evidence(offer: Offer) -> tuple[str, ...]:
    spoken = (
        f"{v}: {'yes' if v in offer.spoken else 'no'}"
        for v in VERSIONS
        if v not in offer.unseen
    )
    return (*spoken, *(f"{v}: {offer.why}" for v in offer.unseen))
