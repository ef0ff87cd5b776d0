"""What a switch, or the way back from one, would change in DNS: read from every name server, then planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate_mail.dns_changes.apply import Desk, observe
from migrate_mail.dns_changes.base import Driver
from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.dns_changes.plan import (
    checksum,
    guard,
    in_words,
    live_rrset,
    mx_rrset,
    plan_mx,
    same,
    same_values,
)
from migrate_mail.errors import CannotTell, NetError, Refused, UserError
from migrate_mail.inventory.model import Inventory
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.run.verdict import Verdict
from migrate_mail.state.records import DnsChangeRecord

CHECKSUM_AT_LEAST = 8


@dataclass(frozen=True, slots=True)
class DomainPlan:
    """What is to be done for one domain. change None: it is as wanted already.

    how: what the driver would do, in lines. lame: name servers that have no address.
    recorded: on the way back, the inverse as it was stored at the switch.
    """

    domain: str
    live: RRset
    change: Change | None
    how: str
    servers: tuple[str, ...]
    lame: tuple[str, ...] = ()
    recorded: Change | None = None


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """What is to be done for all domains. verdict: what the gate says; None where there is none."""

    driver: str
    domains: tuple[DomainPlan, ...]
    verdict: Verdict | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that are to be made."""
        return tuple(d.change for d in self.domains if d.change is not None)

    @property
    def checksum(self) -> str:
        """What names this plan, so that one may review it first and apply it later."""
        return checksum(self.changes)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "driver": self.driver,
            "checksum": self.checksum,
            "verdict": self.verdict.word.value if self.verdict else None,
            "reasons": [r.text for r in self.verdict.reasons] if self.verdict else [],
            "domains": [_domain_data(d) for d in self.domains],
        }

    def must_be(self, wanted: str | None) -> None:
        """Refuse when a checksum was given and the plan is another one by now."""
        if wanted is None:
            return
        if len(wanted) < CHECKSUM_AT_LEAST:
            raise UserError(
                f"--plan: `{wanted}` is too short",
                hint="give the checksum that --dry-run printed",
            )
        if not self.checksum.startswith(wanted.lower()):
            raise Refused(
                f"the plan is {self.checksum[:16]} now, and not {wanted}: DNS or migration.yaml"
                " was changed since it was reviewed",
                hint="look at it again with --dry-run",
            )


def _domain_data(plan: DomainPlan) -> dict[str, Any]:
    change = plan.change
    return {
        "domain": plan.domain,
        "live": plan.live.to_data(),
        "change": change.to_data() if change else None,
        "inverse": change.inverse().to_data() if change else None,
        "how": plan.how,
        "servers": list(plan.servers),
        "lame": list(plan.lame),
    }


@dataclass(frozen=True, slots=True)
class Look:
    """The MX of one domain as its name servers show it now."""

    zone: str
    live: RRset
    answers: tuple[DnsAnswer, ...]
    lame: tuple[str, ...]


def look_at(dns: Dns, domain: str, *, bold: bool) -> Look:
    """Ask every name server. Raise CannotTell or Refused when they do not tell one thing."""
    try:
        zone = dns.zone_of(domain, published=True)
        answers = dns.authorities(domain, "MX", published=True)
    except NetError as error:
        raise CannotTell(
            f"{domain} MX: the name servers cannot be asked: {error.message}",
            hint="check the connection and `resolvers`, then try again",
        ) from None
    live = live_rrset(domain, answers, bold=bold)
    return Look(zone.apex, live, tuple(answers), zone.lame)


def wanted_change(inventory: Inventory, look: Look, domain: str) -> Change | None:
    """Return the change that makes new the MX of a domain; None: it is already."""
    spec = inventory.spec
    return plan_mx(look.zone, look.live, mx_rrset(domain, spec.systems.new.mx, spec.dns.ttl))


def change_back(record: DnsChangeRecord, look: Look) -> Change | None:
    """Return the inverse of a switch; None: DNS is as before it already.

    Raise Refused when DNS shows something else than the switch left there.
    """
    inverse = Change.from_data(record.inverse)
    if same(look.live, inverse.after):
        return None
    if not same_values(look.live, inverse.before):
        raise Refused(
            f"{record.domain} MX: somebody changed it after the switch: {in_words(look.live)},"
            f" and not {in_words(inverse.before)}",
            hint=f"find out who and why; to go back by hand, publish:\n{inverse.after.zone_text()}",
        )
    change = Change(inverse.zone, look.live, inverse.after)
    guard(change, may_remove=True)
    return change


def domain_plan(
    domain: str, look: Look, change: Change | None, driver: Driver, desk: Desk | None
) -> DomainPlan:
    """Put one domain's plan together; what was seen goes into the TTL journal (desk None: a dry run)."""
    if desk is not None:
        observe(desk.store, look.answers)
    servers = tuple(str(a.server) for a in look.answers)
    how = driver.describe(change) if change else "DNS is as wanted already"
    return DomainPlan(domain, look.live, change, how, servers, look.lame)
