"""What the name servers of a zone say of one name, those that say the same put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate_mail.checks.looking import as_zone
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.txt import text_of


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, and from where it came. records: none when there is nothing at the name."""

    name: str
    rtype: str
    records: tuple[str, ...]
    vantage: str
    evidence: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The records as texts, for TXT."""
        return tuple(text_of(record) for record in self.records)


@dataclass(frozen=True, slots=True)
class Voices:
    """The different answers, and the name servers that gave none."""

    said: tuple[Said, ...]
    silent: tuple[DnsAnswer, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that anybody serves."""
        return tuple(dict.fromkeys(text for s in self.said for text in s.texts))

    @property
    def records(self) -> tuple[str, ...]:
        """Every record that anybody serves."""
        return tuple(dict.fromkeys(record for s in self.said for record in s.records))


def ask(view: View, name: str, rtype: str) -> Voices:
    """Ask every name server, aliases followed; NetError `dns` when nobody could tell whom to ask."""
    answers = [_followed(view, a) for a in view.answers(name, rtype)]
    spoken = [a for a in answers if not a.silent]
    groups = {a.records: [b for b in spoken if b.records == a.records] for a in spoken}
    said = tuple(_said(view, name, rtype, group) for group in groups.values())
    return Voices(said, tuple(a for a in answers if a.silent))


def _followed(view: View, answer: DnsAnswer) -> DnsAnswer:
    """Follow an alias into another zone: it comes without what is behind it."""
    if answer.cname is None or answer.records:
        return answer
    return view.look(answer.name, answer.rtype)


def _said(view: View, name: str, rtype: str, group: Sequence[DnsAnswer]) -> Said:
    vantage = ", ".join(dict.fromkeys(view.vantage(a) for a in group))
    evidence = tuple(dict.fromkeys(line for a in group for line in as_zone(a)))
    return Said(name, rtype, group[0].records, vantage, evidence)


@dataclass(frozen=True, slots=True)
class HostAt:
    """A host's addresses in a view of the zone. alias: what it is an alias of."""

    host: str
    ips: tuple[str, ...]
    alias: str | None
    evidence: tuple[str, ...]


def locate(view: View, host: str) -> HostAt:
    """Return where a host is; NetError `dns` when no name server tells and no address is known."""
    both = [view.look(host, rtype) for rtype in ("A", "AAAA")]
    ips = tuple(ip for answer in both for ip in answer.records)
    silent = [a for a in both if a.silent]
    if silent and not ips:
        said = "; ".join(f"{a.rtype}: {a.status} {a.text}" for a in silent)
        raise NetError("dns", host, "A/AAAA", f"no server answered: {said}")
    alias = next((a.cname.rstrip(".") for a in both if a.cname), None)
    return HostAt(host, ips, alias, tuple(line for a in both for line in as_zone(a)))
