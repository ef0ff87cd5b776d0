"""A long look at recipients goes on where it was cut short, and hides nothing that changed since."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.inventory.model import Address, Inventory
from migrate_mail.lab.company import Company
from support.seeing import Eyes, by_tag, hurried, open_eyes, tags
from wire.net.script import Peer, Scripted

DOMAIN = "lindenhof.example"
MANY = [f"list{n:02d}@{DOMAIN}" for n in range(40)]


def _many(inventory: Inventory) -> Inventory:
    """Return the inventory with forty addresses only."""
    return replace(
        hurried(inventory), addresses=tuple(Address(a, "alias", f"anna@{DOMAIN}") for a in MANY)
    )


@pytest.fixture
def eyes(lab: Company, project: Path) -> Eyes:
    """Give eyes on forty aliases, each of which leads to Anna."""
    for address in MANY:
        lab.new.directory.add_alias(address, [f"anna@{DOMAIN}"])
    return open_eyes(project, change=_many)


def _see(eyes: Eyes, **params: object):
    return eyes.see("smtp.recipients", DOMAIN, **params)


def _asked(lab: Company) -> Counter[str]:
    """Return how often each address was asked for since the last time; made-up ones as `?`."""
    words = [line.split()[1] for line in lab.new.smtp.log if line.startswith("RCPT ")]
    lab.new.smtp.log.clear()
    return Counter(word if word in MANY else "?" for word in words)


def test_after_421_it_is_asked_on_where_it_stopped(lab: Company, eyes: Eyes):
    """Four conversations of eleven: every address is accepted, and none was asked for after its answer."""
    waits: list[float] = []
    lab.new.smtp.faults.enough = 11
    patient = replace(eyes, context=replace(eyes.context, wait=waits.append))
    assert tags(_see(patient)) == ["RECIPIENTS_ACCEPTED"]
    asked = _asked(lab)
    assert sum(asked.values()) == 1 + len(MANY) + 3
    assert waits == [30, 30, 30]


def test_a_server_that_has_enough_too_often_is_left_alone(lab: Company, eyes: Eyes):
    """After five conversations the rest is unknown, with the reason; the next look asks only for the rest."""
    lab.new.smtp.faults.enough = 6
    found = _see(eyes)
    assert tags(found) == ["RECIPIENT_DEFERRED", "RECIPIENTS_NOT_ASKED"]
    assert found[1].args == {"count": 10, "text": "421 4.7.0 Enough for now"}
    assert {f.outcome for f in found} == {Outcome.UNKNOWN}
    first = _asked(lab)

    lab.new.smtp.faults.enough = 0
    again = _see(eyes)
    assert tags(again) == ["RECIPIENTS_TAKEN_UP", "RECIPIENTS_ACCEPTED"]
    assert (again[0].args["count"], again[0].args["asked"]) == (29, 11)
    assert len(again[0].evidence) == 29
    second = _asked(lab)
    assert second["?"] == 1
    assert sum(second.values()) == 1 + 11
    assert all(first[a] + second[a] >= 1 for a in MANY)


def test_a_server_that_has_enough_at_once_is_not_asked_on(lab: Company, eyes: Eyes):
    """No progress, no second conversation; with `pause: 0s` there is none in any case."""
    lab.new.smtp.faults.greeting = "421"
    assert tags(_see(eyes)) == ["RECIPIENTS_NOT_ASKED"]
    lab.new.smtp.faults.greeting = None
    lab.new.smtp.faults.enough = 11
    assert by_tag(_see(eyes, pause="0s"), "RECIPIENTS_NOT_ASKED")[0].args["count"] == 29


def test_what_was_refused_is_asked_again_and_green_at_once(lab: Company, eyes: Eyes):
    """The alias that was made in the meantime counts, though the look before was cut short."""
    lab.new.directory.remove(MANY[3])
    lab.new.smtp.faults.enough = 11
    cut = _see(eyes, pause="0s")
    assert tags(cut) == ["RECIPIENT_REFUSED", "RECIPIENT_DEFERRED", "RECIPIENTS_NOT_ASKED"]
    lab.new.directory.add_alias(MANY[3], [f"anna@{DOMAIN}"])
    lab.new.smtp.faults.enough = 0
    assert tags(_see(eyes)) == ["RECIPIENTS_TAKEN_UP", "RECIPIENTS_ACCEPTED"]


def test_after_a_look_that_came_to_its_end_all_are_asked(lab: Company, eyes: Eyes):
    """Whether it passed or not: an alias that is lost since is found."""
    assert eyes.outcome("smtp.recipients", DOMAIN) is Outcome.PASS
    lab.new.directory.remove(MANY[0])
    assert tags(_see(eyes)) == ["RECIPIENT_REFUSED"]
    lab.new.directory.remove(MANY[1])
    assert [f.subject for f in _see(eyes)] == [MANY[0], MANY[1]]
    assert eyes.journal.replies == {}


@pytest.mark.parametrize("how", ["keep", "fresh", "old"])
def test_what_was_kept_is_not_used(lab: Company, eyes: Eyes, how: str):
    """`keep: 0s`, a fresh look, and time: an alias that is lost since the look was cut short is found."""
    lab.new.smtp.faults.enough = 11
    _see(eyes, pause="0s")
    lab.new.smtp.faults.enough = 0
    lab.new.directory.remove(MANY[0])
    assert tags(_see(eyes)) == ["RECIPIENTS_TAKEN_UP", "RECIPIENTS_ACCEPTED"]

    lab.new.smtp.faults.enough = 11
    _see(eyes, pause="0s")
    lab.new.smtp.faults.enough = 0
    lab.new.directory.remove(MANY[1])
    later = timedelta(hours=2, seconds=1) if how == "old" else timedelta()
    context = replace(
        eyes.context, fresh=how == "fresh", clock=lambda: eyes.context.clock() + later
    )
    params = {"keep": "0s"} if how == "keep" else {}
    found = _see(replace(eyes, context=context), **params)
    assert [(f.tag, f.subject) for f in found] == [
        ("RECIPIENT_REFUSED", MANY[0]),
        ("RECIPIENT_REFUSED", MANY[1]),
    ]


def test_greylisting_is_asked_again_in_the_next_look(lab: Company, eyes: Eyes):
    """A temporary answer is never taken up."""
    lab.new.smtp.faults.greylist = True
    assert {f.tag for f in _see(eyes)} == {"RECIPIENT_DEFERRED"}
    assert tags(_see(eyes)) == ["RECIPIENTS_ACCEPTED"]


def test_what_ended_each_conversation_is_told(project: Path, lab: Company, eyes: Eyes):
    """Of a first look that broke off and a second that broke off otherwise, both reasons are told."""
    conversations = iter((3, 1))

    def play(peer: Peer) -> None:
        peer.say("220 mx1.newhost.example")
        most, taken = next(conversations), 0
        while line := peer.hear():
            taken += line.startswith("RCPT")
            if taken > most:
                return peer.say("421 too many" if most == 3 else "421 not today")
            peer.say("550 nobody" if "nobody" in line else "250 ok")
        return None

    with Scripted(play) as server:
        there = {"mx1.newhost.example:25": f"{server.host}:{server.port}"}
        connect = {**eyes.inventory.spec.connect, **there}
        spec = eyes.inventory.spec.model_copy(update={"connect": connect})
        scripted = open_eyes(project, change=lambda i: _many(replace(i, spec=spec)))
        found = by_tag(_see(scripted, pause="0s", again="1s"), "RECIPIENTS_NOT_ASKED")
    assert found[0].args["text"] == "421 too many; then 421 not today"
