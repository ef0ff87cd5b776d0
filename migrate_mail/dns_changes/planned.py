"""What the zone will hold after the migration: the planned RRsets, and an answer as it will be. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrate_mail.dns_changes.model import RRset
from migrate_mail.dns_changes.plan import mx_rrset
from migrate_mail.files.records import record_value
from migrate_mail.inventory.model import MigrationFile
from migrate_mail.net.dns_answer import absolute
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.txt import text_of

NOBODY = Endpoint("the plan", "migration.yaml", 0)
"""Who answers when no name server had to be asked."""

_VERSION = re.compile(r"\s*v\s*=\s*([a-z0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """The RRsets that will be published; one without values will be gone. Empty: the live zone."""

    rrsets: tuple[RRset, ...] = ()

    def at(self, name: str, rtype: str) -> RRset | None:
        """Return what is planned for a name and type; None: nothing, so it stays as it is."""
        owner = absolute(name)
        return next((r for r in self.rrsets if (r.name, r.rtype) == (owner, rtype)), None)

    def alias(self, name: str) -> RRset | None:
        """Return the alias that a name will be."""
        found = self.at(name, "CNAME")
        return found if found is not None and found.values else None

    def touches(self, name: str, rtype: str) -> bool:
        """Tell whether the answer to a question comes from the plan, in part or as a whole."""
        return self.at(name, rtype) is not None or self.alias(name) is not None

    def whole(self, name: str, rtype: str) -> bool:
        """Tell whether nobody need be asked: the plan is all that will be there."""
        rrset = self.at(name, rtype)
        return self.alias(name) is not None or (rrset is not None and not keeps_others(rrset))

    def exists(self, name: str) -> bool:
        """Tell whether the plan puts something at a name or below it (RFC 8020)."""
        owner = absolute(name)
        return any(
            r.values and (r.name == owner or r.name.endswith(f".{owner}")) for r in self.rrsets
        )


def plan_of(spec: MigrationFile) -> Plan:
    """Return what migration.yaml says will be published: MX of the new system, then `dns.records`."""
    mx = (mx_rrset(domain, spec.systems.new.mx, spec.dns.ttl) for domain in spec.domains)
    others = (
        RRset(
            absolute(r.name),
            r.type,
            spec.dns.ttl if r.ttl is None else r.ttl,
            tuple(sorted(record_value(r.type, v) for v in r.values)),
        )
        for r in spec.dns.records
    )
    return Plan((*mx, *others))


def overlaid(plan: Plan, live: DnsAnswer) -> DnsAnswer:
    """Return an answer as it will be once the plan is published."""
    rrset = plan.at(live.name, live.rtype)
    alias = plan.alias(live.name)
    if alias is not None and live.rtype != "CNAME":
        return replace(planned_answer(live.name, live.rtype, alias), server=live.server)
    if rrset is None:
        return _still_there(plan, live)
    if live.silent and keeps_others(rrset):
        return live
    after = merged(rrset, () if live.cname else live.records)
    return replace(planned_answer(live.name, live.rtype, after), server=live.server, at=live.at)


def planned_answer(name: str, rtype: str, rrset: RRset) -> DnsAnswer:
    """Return the answer that an authority will give for a planned RRset."""
    alias = rrset.values[0] if rrset.rtype == "CNAME" and rrset.values else None
    return DnsAnswer(
        name, rtype, NOBODY,
        "ok" if rrset.values else "nodata",
        records=rrset.values if rrset.rtype == rtype else (),
        ttl=rrset.ttl,
        cname=alias,
        aa=True,
        text="as planned in migration.yaml",
    )  # fmt: skip


def merged(rrset: RRset, live: Iterable[str]) -> RRset:
    """Return a planned RRset with what stays of the live one beside it."""
    if not keeps_others(rrset):
        return rrset
    kinds = {_kind(value) for value in rrset.values}
    kept = [value for value in live if _kind(value) not in kinds]
    return replace(rrset, values=tuple(sorted({*rrset.values, *kept})))


def keeps_others(rrset: RRset) -> bool:
    """Tell whether an RRset is shared: text at a domain's own name belongs to many services.

    Names with an underscore belong to one service each (RFC 8552 section 1.1).
    """
    return rrset.rtype == "TXT" and bool(rrset.values) and "_" not in rrset.name


def _kind(record: str) -> str:
    """Return what a text is for: its `v=…`; of any other text, the text itself."""
    text = text_of(record)
    version = _VERSION.match(text)
    return version[1].lower() if version else f"text {text}"


def _still_there(plan: Plan, live: DnsAnswer) -> DnsAnswer:
    """Return an answer that the plan does not touch; a name that comes to be has no such records."""
    if live.status == "nxdomain" and plan.exists(live.name):
        return replace(live, status="nodata")
    if live.cname and plan.at(live.name, "CNAME") is not None:
        return replace(live, status="nodata", records=(), cname=None)
    return live
