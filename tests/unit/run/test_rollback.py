"""The way back as a plan: its order, its times, and what has no way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.finding import Outcome, Phase
from migrate_mail.report.rollback_text import rollback_markdown, rollback_text
from migrate_mail.run.card import RollbackNote
from migrate_mail.run.gate import Facts
from migrate_mail.run.rollback import RollbackPlan, plan_rollback
from migrate_mail.state.records import DnsChangeRecord, TtlObservation
from support.cards import NOW, confirmation, plan, result, step

OLD = RRset("example.org.", "MX", 600, ("10 mx.old.example.",))
NEW = RRset("example.org.", "MX", 300, ("10 mx1.new.example.",))
CHANGE = Change("example.org.", OLD, NEW)
HOUR = timedelta(hours=1)


def change(kind="switch", *, events=("planned", "started", "applied", "read-back"), **more):
    """Return a change of example.org whose events came a minute apart, the last an hour ago."""
    data = CHANGE if kind == "switch" else CHANGE.inverse()
    ago = more.get("ago", HOUR)
    first = NOW - ago - timedelta(minutes=len(events) - 1)
    return DnsChangeRecord(
        id=more.get("id", 1),
        kind=kind,
        domain="example.org",
        driver="rfc2136",
        change=data.to_data(),
        inverse=data.inverse().to_data(),
        events=tuple((e, "", first + timedelta(minutes=n)) for n, e in enumerate(events)),
    )


def manual(key: str, phase: Phase, *, back: RollbackNote | None = None, **more):
    """Return a manual step, by default with a note on the way back."""
    note = back or RollbackNote(f"undo {key}", timedelta(minutes=10), None)
    return step(key, body="manual", phase=phase, rollback=note, **more)


def way_back(*steps, facts=None, ttls=(), **plan_changes) -> RollbackPlan:
    """Return the way back of a plan of these steps."""
    return plan_rollback(plan(*steps, **plan_changes), facts or Facts(results={}), NOW, ttls)


def titles(found: RollbackPlan) -> list[str]:
    """Return the titles without the two about mail, which always come last."""
    assert [s.title[:4] for s in found.steps[-2:]] == ["Keep", "Copy"]
    return [s.title for s in found.steps[:-2]]


def test_before_the_switch_it_says_what_would_be():
    """Before anything was done the plan is the one of a switch made now."""
    relay = manual("relay", Phase.CUTOVER)
    later = manual("later", Phase.CLOSE)

    found = way_back(step("look"), relay, later)

    assert found.stage == "before"
    assert titles(found) == ["Point the MX of example.org back to old", "Undo: Title of relay"]
    assert found.back_by.ttl == 300
    assert found.back_by.ttl_from == "dns.ttl of migration.yaml"


def test_what_was_done_last_is_undone_first():
    """Steps and switch come in reverse order of what happened."""
    early, late = manual("early", Phase.CUTOVER), manual("late", Phase.VERIFY)
    facts = Facts(
        results={},
        confirmations=[confirmation(early, ago=2 * HOUR), confirmation(late, ago=HOUR / 2)],
        changes=[change(ago=HOUR)],
    )

    found = way_back(early, late, facts=facts)

    assert titles(found) == [
        "Undo: Title of late",
        "Point the MX of example.org back to old",
        "Undo: Title of early",
    ]
    assert [s.mark for s in found.steps[:3]] == ["manual", "automatic", "manual"]


def test_only_what_was_done_is_undone():
    """A step that nobody confirmed and a check that failed need no way back."""
    undone = manual("undone", Phase.CUTOVER)
    note = RollbackNote("undo it", None, None)
    failed = step("failed", phase=Phase.VERIFY, body="run", rollback=note)
    facts = Facts(results={"failed": result(failed, Outcome.FAIL)}, changes=[change()])

    assert titles(way_back(undone, failed, facts=facts)) == [
        "Point the MX of example.org back to old"
    ]


def test_what_has_no_way_back_says_why():
    """`rollback: none` is in the plan with its reason."""
    gone = manual("gone", Phase.CLOSE, back=RollbackNote(None, None, "the disks are wiped"))
    facts = Facts(
        results={}, confirmations=[confirmation(gone, ago=HOUR / 2)], changes=[change()]
    )

    first = way_back(gone, facts=facts).steps[0]

    assert (first.mark, first.what) == ("not reversible", "the disks are wiped")


def test_a_step_without_a_note_is_named():
    """Something that a person did and that names no way back is not passed over."""
    done = step("done", body="manual", phase=Phase.CUTOVER, rollback=None)
    facts = Facts(results={}, confirmations=[confirmation(done)], changes=[change()])

    assert any("names no way back" in s.what for s in way_back(done, facts=facts).steps)


def test_a_note_that_names_this_command_is_not_said_twice():
    """The step that runs `rollback --apply` is the automatic one, with the records."""
    note = RollbackNote("migrate-mail rollback --apply puts it back", None, None)
    seen = step("mx-published", phase=Phase.CUTOVER, rollback=note)
    facts = Facts(results={"mx-published": result(seen)}, changes=[change()])

    assert titles(way_back(seen, facts=facts)) == ["Point the MX of example.org back to old"]


def test_automatic_step_shows_the_records():
    """What will be published is in the plan, with the TTL from before."""
    found = way_back(facts=Facts(results={}, changes=[change()]))

    assert "example.org. 600 IN MX 10 mx.old.example." in found.steps[0].what


@pytest.mark.parametrize("last", ["started", "applied"])
def test_an_unproved_switch_counts_as_made(last):
    """What may have been changed is taken back like what was."""
    events = ("planned", "started", "applied")[: 2 if last == "started" else 3]
    found = way_back(facts=Facts(results={}, changes=[change(events=events)]))

    assert found.stage == "switched"
    assert found.steps[0].mark == "automatic"


@pytest.mark.parametrize("last", ["failed", "abandoned"])
def test_a_switch_that_changed_nothing_does_not_count(last):
    """A failed or abandoned change leaves the migration before the switch."""
    facts = Facts(results={}, changes=[change(events=("planned", "started", last))])

    assert way_back(facts=facts).stage == "before"


def test_after_the_rollback():
    """When the MX is back, the caches that still hold new are what is waited for."""
    back = change("rollback", id=2, ago=HOUR / 60)
    found = way_back(facts=Facts(results={}, changes=[change(), back]))

    assert found.stage == "back"
    assert titles(found) == []
    assert found.back_by.caches_by == NOW - HOUR / 60 + timedelta(seconds=300)


def test_an_unproved_rollback_is_to_be_ended():
    """A rollback that was cut short is the first thing to do."""
    back = change("rollback", id=2, events=("planned", "started"))
    found = way_back(facts=Facts(results={}, changes=[change(), back]))

    assert found.stage == "switched"
    assert titles(found) == ["End the rollback of example.org that was started and not proved"]


def test_times_add_up():
    """Publishing as measured at the switch, then the TTL served, then one retry of a sender."""
    found = way_back(facts=Facts(results={}, changes=[change()])).back_by

    assert found.publish == timedelta(minutes=2)
    assert found.caches == timedelta(minutes=2 + 5)
    assert found.with_retry == timedelta(minutes=2 + 5 + 30)
    assert found.caches_by == NOW + timedelta(minutes=7)


def test_by_hand_takes_longer():
    """Without a measurement, a person gets ten minutes."""
    assert way_back(dns_driver="manual").back_by.publish == timedelta(minutes=10)
    assert way_back(dns_driver="rfc2136").back_by.publish == timedelta(minutes=1)


def test_a_longer_ttl_that_was_served_counts():
    """A name server that served the new MX with a longer TTL is believed, and named."""
    seen = TtlObservation(
        "example.org", "MX", 3600, "10 mx1.new.example.", "ns2.example [192.0.2.2]:53",
        NOW - timedelta(minutes=30),
    )  # fmt: skip

    found = way_back(facts=Facts(results={}, changes=[change()]), ttls=[seen]).back_by

    assert found.ttl == 3600
    assert "ns2.example" in found.ttl_from


def test_ttls_from_before_the_switch_do_not_count():
    """What the old MX was served with says nothing of the way back."""
    seen = TtlObservation(
        "example.org.", "MX", 86400, "10 mx.old.example.", "ns2", NOW - 5 * HOUR
    )

    assert way_back(facts=Facts(results={}, changes=[change()]), ttls=[seen]).back_by.ttl == 300


@given(st.lists(st.integers(1, 10**6), max_size=5))
def test_more_observations_never_promise_less_time(ttls):
    """Every TTL that was served is waited for."""
    seen = [
        TtlObservation("example.org.", "MX", t, "10 mx1.new.example.", "ns", NOW) for t in ttls
    ]

    found = way_back(facts=Facts(results={}, changes=[change()]), ttls=seen).back_by

    assert found.ttl == max([300, *ttls])


def test_point_of_no_return():
    """It is passed when its step is confirmed, and by whom."""
    off = manual("old-off", Phase.CLOSE)
    open_ = way_back(off, point_of_no_return="old-off")
    said = Facts(results={}, confirmations=[confirmation(off)])
    passed = way_back(off, facts=said, point_of_no_return="old-off")

    assert open_.no_return is not None
    assert not open_.past_no_return
    assert passed.past_no_return
    assert (passed.no_return.by, passed.no_return.passed_at) == ("anna", NOW - HOUR)
    assert "PAST THE POINT OF NO RETURN" in rollback_text(passed)


def test_no_point_of_no_return_is_never_passed():
    """A migration that names none is never past it."""
    assert not way_back().past_no_return


def test_texts():
    """Text and Markdown hold the times and every step; JSON data is plain."""
    relay = manual("relay", Phase.CUTOVER)
    facts = Facts(results={}, confirmations=[confirmation(relay)], changes=[change()])
    found = way_back(relay, facts=facts)

    text, markdown = rollback_text(found), rollback_markdown(found)

    assert "caches have run out after 7 min (2026-03-13 20:07 UTC): 2 min to publish" in text
    assert "with one more try of refused senders after 37 min (2026-03-13 20:37 UTC)" in text
    assert "[manual] Undo: Title of relay  (takes 10 min, owner: anna," in text
    for one in found.steps:
        assert one.title in text
        assert one.title in markdown
    assert found.to_data()["back_by"]["caches"] == 420
