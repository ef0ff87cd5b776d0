"""What every DNS driver owes, each against real name servers: the same promises for a person and a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrate_mail.dns_changes.apply import carry_out
from migrate_mail.dns_changes.base import Driver
from migrate_mail.dns_changes.drivers import DRIVERS
from migrate_mail.dns_changes.manual import Manual
from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.errors import Refused
from migrate_mail.state.records import DnsChangeRecord
from migrate_mail.state.store import Store
from support.name_servers import (
    DOMAIN,
    NEW,
    OLD,
    SWITCH,
    Clockwork,
    NameServers,
    desk_at,
    store_at,
    updater,
)


@dataclass
class Case:
    """One driver at work on a zone. calls: how often it was told to do something."""

    servers: NameServers
    store: Store
    kind: str
    time: Clockwork = field(default_factory=Clockwork)
    calls: int = 0

    def driver(self, change: Change) -> Driver:
        """Return the driver; the manual one with a person who does as told."""
        if self.kind == "rfc2136":
            return updater(self.servers.dns(), self.servers.primary, self.servers.secret)
        return Manual(lambda _: setattr(self.time, "on_wait", lambda: self._click(change)))

    def _click(self, change: Change) -> None:
        self.servers.put(change.after)
        self.calls += 1
        self.time.on_wait = lambda: None

    def carry_out(self, change: Change, kind="switch") -> DnsChangeRecord:
        """Carry a change out with the driver."""
        desk = desk_at(self.servers.dns(), self.store, self.time, [])
        return carry_out(desk, self.driver(change), change, kind=kind, domain=DOMAIN)

    def acted(self) -> int:
        """Return how often the zone was written to, or tried to."""
        return self.calls + len(self.servers.ns1.updates)


@pytest.fixture(params=sorted(DRIVERS))
def case(request, tmp_path: Path):
    """Give each driver, with name servers and a state file of its own."""
    with NameServers() as servers, store_at(tmp_path) as store:
        yield Case(servers, store, request.param)


def test_makes_exactly_the_change(case):
    """Values and TTL become those wanted; everything else in the zone stays as it was."""
    rest = case.servers.rest()

    record = case.carry_out(SWITCH)

    assert case.servers.held() == NEW
    assert case.servers.rest() == rest
    assert [e for e, _, _ in record.events] == ["planned", "started", "applied", "read-back"]


def test_inverse_restores_value_and_ttl(case):
    """The way back leaves the zone exactly as it was, the TTL too."""
    rest = case.servers.rest()
    record = case.carry_out(SWITCH)

    case.carry_out(Change.from_data(record.inverse), kind="rollback")

    assert case.servers.held() == OLD
    assert case.servers.rest() == rest


@pytest.mark.parametrize(
    "values",
    [
        ("10 mx.somebody.example.",),
        OLD.values[:1],
        (*OLD.values, "30 third.example."),
        (),
    ],
    ids=["other", "fewer", "more", "none"],
)
def test_refuses_when_the_zone_differs(case, values):
    """A zone that holds anything else than planned is left alone, and what it holds is said."""
    changed = RRset(OLD.name, "MX", 600 if values else 0, values)
    case.servers.put(changed)

    with pytest.raises(Refused, match="somebody changed it"):
        case.carry_out(SWITCH)

    assert case.servers.held() == changed
    assert case.acted() == 0


def test_repeating_does_nothing(case):
    """A change that is there already is proved, not made again."""
    case.carry_out(SWITCH)
    acted = case.acted()

    again = case.carry_out(SWITCH)

    assert again.last_event == "read-back"
    assert case.acted() == acted
    assert case.servers.held() == NEW


def test_from_no_mx_and_back(case):
    """A domain without MX gets one, and loses it again on the way back."""
    none = RRset(OLD.name, "MX", 0, ())
    case.servers.put(none)

    case.carry_out(Change(SWITCH.zone, none, NEW))
    assert case.servers.held() == NEW

    case.carry_out(Change(SWITCH.zone, NEW, none), kind="rollback")
    assert case.servers.held() == none


def test_ttl_alone(case):
    """A change of the TTL alone is made and proved like any other."""
    faster = RRset(OLD.name, "MX", 60, OLD.values)

    case.carry_out(Change(SWITCH.zone, OLD, faster))

    assert case.servers.held() == faster


def test_describe_touches_nothing(case):
    """Saying what would be done asks nobody and changes nothing."""
    text = case.driver(SWITCH).describe(SWITCH)

    assert text
    assert case.servers.ns1.asked == []
    assert case.acted() == 0
