"""A process that carries a DNS change out and kills itself at one moment of it (see test_killed.py)."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from migrate_mail.dns_changes.apply import carry_out
from migrate_mail.dns_changes.rfc2136 import Rfc2136
from migrate_mail.net.facts import Endpoint
from migrate_mail.state.store import Store
from support.name_servers import (
    DOMAIN,
    SWITCH,
    Clockwork,
    desk_at,
    dns_at,
    updater,
)


class Moment:
    """The moment at which it all ends."""

    def __init__(self, name: str) -> None:
        self.name = name

    def passes(self, name: str) -> None:
        """Die when the moment has come, as `kill -9` would have it."""
        if name == self.name:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore(Store):
    """A store that is watched by the moment."""

    moment: Moment

    def plan_dns_change(self, **words):
        """Record a plan, with the moment before and after it."""
        self.moment.passes("before plan_dns_change")
        number = super().plan_dns_change(**words)
        self.moment.passes("after plan_dns_change")
        return number

    def dns_event(self, change_id, event, detail):
        """Record an event, with the moment before and after it."""
        self.moment.passes(f"before {event}")
        super().dns_event(change_id, event, detail)
        self.moment.passes(f"after {event}")

    def observe_ttls(self, observations):
        """Record what was seen, with the moment before and after it."""
        self.moment.passes("before observe_ttls")
        super().observe_ttls(observations)
        self.moment.passes("after observe_ttls")


class MortalDriver:
    """A driver that is watched by the moment."""

    name = "rfc2136"

    def __init__(self, driver: Rfc2136, moment: Moment) -> None:
        self._driver = driver
        self._moment = moment

    def describe(self, change):
        """Return what the driver says."""
        return self._driver.describe(change)

    def apply(self, change):
        """Send the update, with the moment before and after it."""
        self._moment.passes("before driver")
        said = self._driver.apply(change)
        self._moment.passes("after driver")
        return said


def main() -> None:
    """Carry out the switch or its inverse."""
    ns1, ns2, resolver = (int(word) for word in sys.argv[1:4])
    folder, kind, name = Path(sys.argv[4]), sys.argv[5], sys.argv[6]
    moment = Moment(name)
    MortalStore.moment = moment
    dns = dns_at((ns1, ns2, resolver))
    primary = Endpoint("ns1.dns.example", "127.0.0.1", ns1)
    driver = MortalDriver(updater(dns, primary, sys.stdin.read()), moment)
    change = SWITCH if kind == "switch" else SWITCH.inverse()
    with MortalStore.open(folder / "migration.state", command=kind) as store:
        carry_out(
            desk_at(dns, store, Clockwork(), []), driver, change, kind=kind, domain=DOMAIN
        )


if __name__ == "__main__":
    main()
