"""Asks about the zone as it is, or as it will be: the plan first, else the live authorities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrate_mail.dns_changes.planned import NOBODY, Plan, overlaid, planned_answer
from migrate_mail.errors import NetError
from migrate_mail.net.dns import Dns
from migrate_mail.net.dns_answer import absolute
from migrate_mail.net.dns_facts import DnsAnswer, DnsStatus
from migrate_mail.net.facts import Endpoint

_ALIASES = 8
_DEAD: frozenset[DnsStatus] = frozenset({"timeout", "unreachable"})
LIVE = Plan()


class View:
    """One view of DNS: `View(dns)` is the live zone, `View(dns, plan)` the planned one.

    Only authorities are asked, never resolvers, so it may look for names that are not yet
    published. It remembers what it saw: make one for each check, not for a run.
    """

    def __init__(self, dns: Dns, plan: Plan = LIVE) -> None:
        self.dns = dns
        self.plan = plan
        self._seen: dict[tuple[str, str], DnsAnswer] = {}
        self._mute: set[Endpoint] = set()

    def answers(self, name: str, rtype: str, *, published: bool = False) -> list[DnsAnswer]:
        """Return what every name server says, or will say; one answer when the plan is all.

        Raise NetError `dns` when nobody could tell which servers to ask.
        """
        if self.plan.whole(name, rtype):
            return [self._planned(name, rtype)]
        live = self.dns.authorities(name, rtype, published=published)
        return [overlaid(self.plan, answer) for answer in live]

    def look(self, name: str, rtype: str) -> DnsAnswer:
        """Return one answer, aliases followed to their end. Never raises: silence is its status."""
        answer = self._one(name, rtype)
        first, target = answer.cname, answer.cname
        for _ in range(_ALIASES):
            if target is None or rtype == "CNAME":
                return replace(answer, name=name, cname=first)
            answer = self._one(target, rtype)
            target = answer.cname
        text = "an alias that leads to no end"
        return DnsAnswer(name, rtype, answer.server, "garbage", cname=first, text=text)

    def vantage(self, answer: DnsAnswer) -> str:
        """Return from where an answer was seen, for a finding."""
        if self.plan.touches(answer.name, answer.rtype):
            return "the planned zone"
        return str(answer.server)

    def _planned(self, name: str, rtype: str) -> DnsAnswer:
        rrset = self.plan.alias(name) or self.plan.at(name, rtype)
        assert rrset is not None
        return planned_answer(name, rtype, rrset)

    def _one(self, name: str, rtype: str) -> DnsAnswer:
        try:
            key = (absolute(name), rtype)
            if key not in self._seen:
                self._seen[key] = self._first(name, rtype)
            return self._seen[key]
        except (NetError, ValueError) as error:
            text = error.text if isinstance(error, NetError) else str(error)
            return DnsAnswer(name, rtype, NOBODY, "unreachable", text=text)

    def _first(self, name: str, rtype: str) -> DnsAnswer:
        if self.plan.whole(name, rtype):
            return self._planned(name, rtype)
        return overlaid(self.plan, self._live(name, rtype))

    def _live(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one server after the other until one speaks."""
        zone = self.dns.zone_of(name)
        answer: DnsAnswer | None = None
        for server in self._in_turn(zone.servers):
            answer = self.dns.ask(server, name, rtype)
            if not answer.silent:
                return answer
            if answer.status in _DEAD:
                self._mute.add(server)
        if answer is not None:
            return answer
        text = "no name server of it answers"
        return DnsAnswer(name, rtype, NOBODY, "unreachable", text=f"{zone.apex}: {text}")

    def _in_turn(self, servers: Sequence[Endpoint]) -> list[Endpoint]:
        """Return whom to ask: who is not known to be dead; of the dead only the first, once more."""
        lively = [s for s in servers if s not in self._mute]
        return lively or list(servers[:1])
