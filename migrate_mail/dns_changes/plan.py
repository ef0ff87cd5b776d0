"""From what the name servers show and what is wanted to one change, checked for danger. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Protocol

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.errors import CannotTell, Refused
from migrate_mail.net.dns_answer import absolute
from migrate_mail.net.dns_facts import DnsAnswer

NEVER = frozenset(
    {"SOA", "NS", "DS", "DNSKEY", "CDS", "CDNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM"}
)
"""Types that hold a zone together or sign it: a wrong one takes the whole domain away."""

_MAX_TTL = 2**31 - 1
"""RFC 2181 section 8."""


class MxLike(Protocol):
    """An MX host with its preference."""

    @property
    def preference(self) -> int:
        """The lower, the sooner it is tried."""

    @property
    def host(self) -> str:
        """The name of the host, with or without the dot at the end."""


def mx_rrset(domain: str, hosts: Iterable[MxLike], ttl: int) -> RRset:
    """Return the MX RRset of a domain as it is wanted."""
    values = {f"{mx.preference} {absolute(mx.host)}" for mx in hosts}
    return RRset(absolute(domain), "MX", ttl, tuple(sorted(values)))


def live_rrset(
    domain: str, answers: Sequence[DnsAnswer], rtype: str = "MX", *, bold: bool = False
) -> RRset:
    """Return the RRset that every authority shows.

    Raise CannotTell when one of them is silent or does not speak with authority, Refused when
    they do not agree: a change is made on knowledge only. bold: some may be silent, not all.
    """
    name = absolute(domain)
    if not answers:
        raise CannotTell(f"{name} {rtype}: no name server was asked")
    unsure = [f"{a.server}: {why_unsure(a)}" for a in answers if why_unsure(a)]
    answers = [a for a in answers if not why_unsure(a)]
    if unsure and not (bold and answers):
        raise CannotTell(
            f"{name} {rtype}: not every name server answers: {'; '.join(unsure)}",
            hint="mend these name servers, or take them out of the NS records, then try again",
        )
    aliases = [f"{a.server}: CNAME {a.cname}" for a in answers if a.cname]
    if aliases:
        raise Refused(
            f"{name} is an alias, so it cannot have {rtype} records: {'; '.join(aliases)}",
            hint="replace the CNAME by the records that it stands for (RFC 1034 section 3.6.2)",
        )
    seen = {seen_rrset(a) for a in answers}
    if len(seen) > 1:
        shown = "; ".join(f"{a.server} shows {in_words(seen_rrset(a))}" for a in answers)
        raise Refused(
            f"{name} {rtype}: the name servers do not agree: {shown}",
            hint="wait until a change under way has reached them all, then try again",
        )
    return seen.pop()


def why_unsure(answer: DnsAnswer) -> str:
    """Say why an answer tells nothing about the zone; empty when it does."""
    if answer.silent:
        return answer.text or answer.status
    return "" if answer.aa else "answers without authority"


def seen_rrset(answer: DnsAnswer) -> RRset:
    """Return the RRset that one answer shows; without values when there is none."""
    name, ttl = absolute(answer.name), answer.ttl or 0
    if not answer.records:
        return RRset(name, answer.rtype, 0, ())
    return RRset(name, answer.rtype, ttl, _values(answer.records))


def same_values(one: RRset, other: RRset) -> bool:
    """Tell whether two RRsets hold the same values, whatever their order and TTL."""
    return set(_values(one.values)) == set(_values(other.values))


def same(one: RRset, other: RRset) -> bool:
    """Tell whether two RRsets are the same for the world: values, and TTL where there are any."""
    return same_values(one, other) and (one.ttl == other.ttl or not one.values)


def _values(values: Iterable[str]) -> tuple[str, ...]:
    """Return rdata of names and numbers in its one spelling, sorted, without repetition."""
    return tuple(sorted({" ".join(v.lower().split()) for v in values}))


def in_words(rrset: RRset) -> str:
    """Return an RRset for a sentence."""
    if not rrset.values:
        return f"no {rrset.rtype}"
    return f"{', '.join(rrset.values)} (TTL {rrset.ttl})"


def plan_mx(zone: str, live: RRset, wanted: RRset) -> Change | None:
    """Return the change from what is there to what is wanted; None: nothing is to be done.

    Raise Refused when the change would be dangerous.
    """
    if same(live, wanted):
        return None
    change = Change(absolute(zone), live, wanted)
    guard(change)
    return change


def guard(change: Change, *, may_remove: bool = False) -> None:
    """Refuse a change that no migration needs (`may_remove`: the way back to "there was none")."""
    before, after = change.before, change.after
    if (before.name, before.rtype) != (after.name, after.rtype):
        raise Refused(
            f"a change replaces one RRset: {before.name} {before.rtype} is not {after.name} {after.rtype}"
        )
    if after.rtype.upper() in NEVER:
        raise Refused(f"{after.name} {after.rtype}: this type is never changed by this program")
    if not after.values and not may_remove:
        raise Refused(
            f"{after.name} {after.rtype}: the change would leave no record at all",
            hint="name at least one host under systems.new.mx",
        )
    if not _within(after.name, change.zone):
        raise Refused(f"{after.name} is not in the zone {change.zone}")
    if not 0 <= after.ttl <= _MAX_TTL:
        raise Refused(f"{after.name} {after.rtype}: a TTL of {after.ttl} s is not possible")


def _within(name: str, zone: str) -> bool:
    return zone in {".", name} or name.endswith(f".{zone}")


def checksum(changes: Iterable[Change]) -> str:
    """Return SHA-256 hex over the changes: who reviewed this plan approves this plan only."""
    text = json.dumps([c.to_data() for c in changes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
