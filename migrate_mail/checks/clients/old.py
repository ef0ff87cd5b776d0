"""What belongs to the old system: its host names and addresses, to recognise them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.said import locate
from migrate_mail.checks.spots import system_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.inventory.model import System


@dataclass(frozen=True, slots=True)
class Belongings:
    """Host names and addresses of old that new does not have. why: what could not be found out."""

    hosts: frozenset[str]
    ips: frozenset[str]
    why: str = ""

    def names(self, host: str) -> bool:
        """Tell whether a host is old's."""
        return host.rstrip(".").lower() in self.hosts


def old_of(context: Context, view: View) -> Belongings:
    """Return what is old's alone."""
    mine, problems = _of(view, system_of(context, "old"))
    theirs, _ = _of(view, system_of(context, "new"))
    return Belongings(
        frozenset(mine) - frozenset(theirs),
        frozenset(ip for ips in mine.values() for ip in ips)
        - frozenset(ip for ips in theirs.values() for ip in ips),
        "; ".join(problems),
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
