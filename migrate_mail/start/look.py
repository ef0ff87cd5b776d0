"""What the live domain shows, from its own name servers, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate_mail.errors import NetError
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.txt import text_of
from migrate_mail.start.providers import Provider, provider_of


@dataclass(frozen=True, slots=True)
class Seen:
    """One domain as its name servers show it. mx: (preference, host), the best first; ttl: of the MX, seconds.

    spf, dmarc, mta_sts: the text of the record; empty: there is none. problems: what could not be looked at.
    """

    domain: str
    name_servers: tuple[str, ...] = ()
    mx: tuple[tuple[int, str], ...] = ()
    ttl: int | None = None
    spf: str = ""
    dmarc: str = ""
    mta_sts: str = ""
    problems: tuple[str, ...] = ()

    @property
    def provider(self) -> Provider | None:
        """Who takes the mail now, when that can be told by the MX hosts."""
        return provider_of(host for _, host in self.mx) if self.mx else None


@dataclass(slots=True)
class _Look:
    dns: Dns
    domain: str
    problems: list[str] = field(default_factory=list)

    def one(self, name: str, rtype: str) -> DnsAnswer | None:
        """Return the first answer of an authority that says something; note it when none does."""
        try:
            answers = self.dns.authorities(name, rtype, published=True)
        except NetError as error:
            self.problems.append(f"{name} {rtype}: {error.message}")
            return None
        told = [a for a in answers if not a.silent]
        if not told:
            said = "; ".join(sorted({f"{a.server}: {a.text}" for a in answers}))
            self.problems.append(f"{name} {rtype}: no name server answered ({said})")
        return told[0] if told else None

    def text(self, name: str, begins: str) -> str:
        """Return the first TXT record that begins so; empty when there is none."""
        answer = self.one(name, "TXT")
        texts = [text_of(record) for record in answer.records] if answer else []
        return next((t for t in texts if t.lower().startswith(begins)), "")


def look_at(dns: Dns, domain: str) -> Seen:
    """Ask the domain's name servers for what a migration begins with; nothing is asked twice."""
    look = _Look(dns, domain)
    ns, mx = look.one(domain, "NS"), look.one(domain, "MX")
    if ns is None and mx is None:
        return Seen(domain, problems=tuple(look.problems))
    return Seen(
        domain=domain,
        name_servers=tuple(name.rstrip(".") for name in ns.records) if ns else (),
        mx=_exchanges(mx.records) if mx else (),
        ttl=mx.ttl if mx and mx.records else None,
        spf=look.text(domain, "v=spf1"),
        dmarc=look.text(f"_dmarc.{domain}", "v=dmarc1"),
        mta_sts=look.text(f"_mta-sts.{domain}", "v=stsv1"),
        problems=tuple(look.problems),
    )


def _exchanges(records: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    pairs = [record.split() for record in records]
    return tuple(
        sorted((int(number), host.rstrip(".")) for number, host in pairs if host != ".")
    )
