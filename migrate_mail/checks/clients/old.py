"""What belongs to one system alone: its host names and addresses, to recognise them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.houses import house_of
from migrate_mail.checks.said import locate
from migrate_mail.checks.spots import system_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.inventory.model import System
from migrate_mail.state.records import MailboxSide


@dataclass(frozen=True, slots=True)
class Belongings:
    """Host names and addresses that the other system does not have. why: what could not be found out.

    houses: the domains that these hosts are in, but for those of the other system and our own.
    """

    hosts: frozenset[str]
    ips: frozenset[str]
    why: str = ""
    houses: frozenset[str] = frozenset()

    def names(self, host: str) -> bool:
        """Tell whether a host is the system's."""
        return host.rstrip(".").lower() in self.hosts

    def runs(self, host: str) -> bool:
        """Tell whether a host is the system's, or another one of whoever runs it."""
        return self.names(host) or house_of(host) in self.houses


def old_of(context: Context, view: View) -> Belongings:
    """Return what is old's alone."""
    return _alone(context, view, "old", "new")


def new_of(context: Context, view: View) -> Belongings:
    """Return what is new's alone."""
    return _alone(context, view, "new", "old")


def _alone(context: Context, view: View, side: MailboxSide, other: MailboxSide) -> Belongings:
    mine, problems = _of(view, system_of(context, side))
    theirs, _ = _of(view, system_of(context, other))
    others = [*theirs, *context.inventory.spec.domains]
    return Belongings(
        frozenset(mine) - frozenset(theirs),
        frozenset(ip for ips in mine.values() for ip in ips)
        - frozenset(ip for ips in theirs.values() for ip in ips),
        "; ".join(problems),
        frozenset(map(house_of, mine)) - frozenset(map(house_of, others)),
    )


def _of(view: View, system: System) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    found: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for host in dict.fromkeys([*(mx.host for mx in system.mx), system.imap.host]):
        name = host.rstrip(".").lower()
        try:
            found[name] = locate(view, name).ips
        except NetError as error:
            problems.append(str(error))
            found[name] = ()
    return found, problems
