"""The table of phases: where the MX is says what a sync may be for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import UserError
from migrate_mail.state.records import DnsChangeRecord
from migrate_mail.sync.most import DEFAULT_MOST, Most, read_most
from migrate_mail.sync.phase import ALLOWED, SyncPhase, choose_course, reason, standings

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
BEFORE: list[DnsChangeRecord] = []


def _change(number, kind, domain="example.org"):
    at = AT + timedelta(days=number - 1)
    events = tuple((e, "", at) for e in ("planned", "started", "applied", "read-back"))
    return DnsChangeRecord(number, kind, domain, "manual", {}, {}, events)


SWITCHED = [_change(1, "switch")]
BACK = [_change(1, "switch"), _change(2, "rollback")]
PLACES = {"before": BEFORE, "switched": SWITCHED, "back": BACK}


@pytest.mark.parametrize("place", PLACES)
def test_the_first_that_fits_is_the_default(place):
    """Nobody has to know the phases: the state says what is right."""
    found = choose_course(["example.org"], PLACES[place]).of("example.org")

    assert found is ALLOWED[place][0]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("phase", SyncPhase)
def test_each_phase_fits_or_is_refused_with_the_reason(place, phase):
    """A wrong phase is refused with where the MX is, why that matters, and what would fit."""
    if phase in ALLOWED[place]:
        assert choose_course(["example.org"], PLACES[place], phase).of("example.org") is phase
        return
    with pytest.raises(UserError) as caught:
        choose_course(["example.org"], PLACES[place], phase)

    assert phase.value in caught.value.message
    assert "example.org: its MX" in caught.value.message
    assert ALLOWED[place][0].value in str(caught.value.hint)


def test_each_domain_has_its_own():
    """Of two domains one may be switched and the other not; a phase for both must fit both."""
    both = ["example.org", "example.net"]

    course = choose_course(both, SWITCHED)

    assert [course.of(d) for d in both] == [SyncPhase.DRAIN, SyncPhase.STAGE]
    with pytest.raises(UserError, match=r"example\.net"):
        choose_course(both, SWITCHED, SyncPhase.DRAIN)


def test_the_switch_is_when_the_way_back_begins():
    """What goes back is what arrived since the first switch, also after a second, and after it was taken back."""
    twice = [_change(1, "switch"), _change(2, "switch")]
    assert choose_course(["example.org"], twice).since == {"example.org": AT}
    assert choose_course(["example.org"], BACK).since == {"example.org": AT}
    assert "2026-06-01 12:00 UTC" in reason(standings(BACK)["example.org"])


@pytest.mark.parametrize("place", ["switched", "back"])
def test_nothing_is_removed_after_the_switch(place):
    """--delete is for stage, whatever else fits."""
    with pytest.raises(UserError, match="stage only"):
        choose_course(["example.org"], PLACES[place], most_removed=DEFAULT_MOST)


@pytest.mark.parametrize(
    ("text", "most"),
    [("20", Most(20)), ("0", Most(0)), ("5%", Most(5, percent=True)), (" 100% ", Most(100, percent=True))],
)  # fmt: skip
def test_caps_are_read(text, most):
    """A number of messages, or a part."""
    assert read_most(text) == most


@pytest.mark.parametrize("text", ["", "-1", "101%", "many", "5 %", "1e3"])
def test_what_is_no_cap_is_refused(text):
    """With what was seen and what is wanted."""
    with pytest.raises(UserError, match="--max-delete"):
        read_most(text)


@pytest.mark.parametrize(
    ("most", "held", "many"),
    [(Most(5), 1000, 5), (Most(10, percent=True), 1000, 100), (Most(10, percent=True), 20, 10), (Most(0, percent=True), 20, 0)],
)  # fmt: skip
def test_how_many_a_cap_allows(most, held, many):
    """A part of a small mailbox is a few messages in any case; nothing is nothing."""
    assert most.of(held) == many
    assert most.refusal(many, held) is None
    assert "none is" in most.refusal(many + 1, held).message
