"""Carrying a change out while servers lag, lose answers or lie, and somebody else is at the zone too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrate_mail.dns_changes.apply import carry_out, settle, unfinished
from migrate_mail.dns_changes.manual import Manual
from migrate_mail.dns_changes.model import RRset
from migrate_mail.errors import CannotTell, NetError, Refused, UserError
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
class Site:
    """The name servers, a state file and a desk between them."""

    servers: NameServers
    store: Store
    time: Clockwork = field(default_factory=Clockwork)
    said: list[str] = field(default_factory=list)

    @property
    def desk(self):
        """The desk, which has 30 seconds of patience."""
        return desk_at(self.servers.dns(), self.store, self.time, self.said)

    @property
    def driver(self):
        """The driver with the right key."""
        return updater(self.servers.dns(), self.servers.primary, self.servers.secret)

    def switch(self, driver=None, **more):
        """Carry the switch out."""
        return carry_out(
            self.desk, driver or self.driver, SWITCH, kind="switch", domain=DOMAIN, **more
        )

    def story(self) -> list[str]:
        """Return the events of the last change."""
        return [e for e, _, _ in self.store.dns_changes()[-1].events]


@pytest.fixture
def site(tmp_path: Path):
    """Give everything, fresh."""
    with NameServers() as servers, store_at(tmp_path) as store:
        yield Site(servers, store)


def test_inverse_is_stored_before_anything_is_done(site):
    """When the driver begins, snapshot and inverse are in the state file."""
    seen = []

    class Curious(type(site.driver)):
        """Looks into the state file when it is called."""

        def apply(self, change):
            """Remember what is recorded, do nothing."""
            seen.append(site.store.dns_changes()[-1])

    curious = Curious(list, site.driver.ask, None, "nowhere")
    with pytest.raises(CannotTell):
        site.switch(curious)

    assert seen[0].change == SWITCH.to_data()
    assert seen[0].inverse == SWITCH.inverse().to_data()
    assert [e for e, _, _ in seen[0].events] == ["planned", "started"]


def test_waits_for_the_last_name_server(site):
    """The change is proved only when the slow secondary shows it too."""
    site.servers.fault(site.servers.ns2, "stale")
    waits = []

    def catch_up():
        waits.append(1)
        if len(waits) == 3:
            site.servers.fault(site.servers.ns2, None)

    site.time.on_wait = catch_up

    assert site.switch().last_event == "read-back"
    assert len(waits) == 3
    assert any("waiting for ns2.dns.example" in line for line in site.said)


def test_a_server_that_lags_too_long_is_named(site):
    """When patience ends the record and the error say which server lags; the change stays open."""
    site.servers.fault(site.servers.ns2, "stale")

    with pytest.raises(CannotTell, match=r"not proved within 30s: ns2\.dns\.example .*TTL 600"):
        site.switch()

    assert site.story() == ["planned", "started", "applied", "applied"]
    assert "ns2.dns.example" in site.store.dns_changes()[-1].events[-1][1]
    assert len(unfinished(site.store)) == 1


def test_a_lagging_change_is_ended_by_the_next_run(site):
    """The next run looks first, and does not send the update again."""
    site.servers.fault(site.servers.ns2, "stale")
    with pytest.raises(CannotTell):
        site.switch()
    site.servers.fault(site.servers.ns2, None)

    assert site.switch().last_event == "read-back"
    assert len(site.store.dns_changes()) == 1
    assert len(site.servers.ns1.updates) == 1


def test_lost_reply_is_settled_by_looking(site):
    """The server made the change and its answer was lost: the name servers tell."""
    site.servers.fault(site.servers.ns1, "lose-reply")

    assert site.switch().last_event == "read-back"
    assert site.servers.held() == NEW
    assert any("it may have been made all the same" in line for line in site.said)


def test_a_server_that_lies_is_found_out(site):
    """NOERROR without a change is not believed: nobody shows it."""
    site.servers.fault(site.servers.ns1, "swallow-update")

    with pytest.raises(CannotTell, match="not proved"):
        site.switch()

    site.servers.fault(site.servers.ns1, None)
    assert site.switch().last_event == "read-back"
    assert [c.last_event for c in site.store.dns_changes()] == ["abandoned", "read-back"]


def test_refused_by_the_server_is_failed(site):
    """Nothing was changed, for certain, and the record says so."""
    site.servers.authority.grants.clear()

    with pytest.raises(UserError):
        site.switch()

    assert site.story() == ["planned", "started", "failed"]


def test_dead_primary_is_failed(site):
    """What was never sent has failed; nobody watches for it."""
    driver = updater(site.servers.dns(), site.servers.primary, site.servers.secret)
    site.servers.loop.do(site.servers.ns1.close)
    site.servers.resolver.know({DOMAIN: [site.servers.ns2.port]})

    with pytest.raises(NetError, match="refused"):
        site.switch(driver, bold=True)

    assert site.story() == ["planned", "started", "failed"]


def test_silent_authority_stops_before_anything(site):
    """One name server that does not answer: nothing is planned, started or changed."""
    site.servers.fault(site.servers.ns2, "timeout")

    with pytest.raises(CannotTell, match=r"ns2\.dns\.example"):
        site.switch()

    assert site.store.dns_changes() == []
    assert site.servers.held() == OLD


def test_bold_goes_on_and_says_that_it_is_not_proved(site):
    """With an override a silent server does not hold the change, and it is not called proved."""
    site.servers.fault(site.servers.ns2, "timeout")

    with pytest.raises(CannotTell, match="not proved"):
        site.switch(bold=True)

    assert site.servers.held() == NEW


def test_typo_of_a_person_is_shown_while_waiting(site):
    """Somebody publishes a wrong host: it is said what is there, and watched until it is right."""
    wrong = RRset(NEW.name, "MX", 300, ("10 mx1.new.exmaple.",))
    steps = iter([lambda: site.servers.put(wrong), lambda: site.servers.put(NEW)])
    site.time.on_wait = lambda: next(steps)()  # noqa: PLW0108 - one step for each wait

    assert site.switch(Manual(lambda _: None)).last_event == "read-back"
    assert any("exmaple" in line for line in site.said)


def test_person_who_does_nothing(site):
    """Nothing published: the change stays started, and the next run begins anew."""
    with pytest.raises(CannotTell):
        site.switch(Manual(lambda _: None))
    assert site.story() == ["planned", "started", "started"]

    assert site.switch().last_event == "read-back"
    assert [c.last_event for c in site.store.dns_changes()] == ["abandoned", "read-back"]


def test_settle_refuses_what_it_does_not_know(site):
    """An unfinished change over a zone that shows something strange is a person's decision."""
    with pytest.raises(CannotTell):
        site.switch(Manual(lambda _: None))
    site.servers.put(RRset(NEW.name, "MX", 300, ("10 mx.stranger.example.",)))
    record = unfinished(site.store)[0]

    with pytest.raises(Refused, match=r"somebody changed it.*stranger"):
        settle(site.desk, record)
    assert unfinished(site.store) == [record]

    settled = settle(site.desk, record, give_up="we moved to stranger")
    assert settled.last_event == "abandoned"
    assert "we moved to stranger" in settled.events[-1][1]


def test_read_back_feeds_the_ttl_journal(site):
    """What every name server showed at the end is in the journal, with its TTL."""
    site.switch()

    seen = site.store.ttl_journal(NEW.name, "MX")
    assert {(o.ttl, o.value) for o in seen} == {(300, "10 mx1.new.example.")}
    assert len(seen) == 2
