"""Servers that answer now and then, late, or under no name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.checks.smtp.steady import bounds
from migrate_mail.finding import Finding, Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes, by_tag, tags

OLD, NEW = "mx1.oldhost.example", "mx1.newhost.example"


def _of(found: list[Finding], host: str) -> Finding:
    (mine,) = [f for f in found if f.subject.startswith(host)]
    return mine


def test_a_server_that_drops_every_third_is_found_beside_one_that_does_not(
    lab: Company, eyes: Eyes
):
    """The rate with its bounds, each failure with its time, and what went well meanwhile."""
    lab.new.smtp.faults.unsteady = 3
    found = eyes.see("smtp.steady", probes=12)
    bad, good = _of(found, NEW), _of(found, OLD)
    assert (bad.tag, bad.outcome) == ("MX_UNSTEADY", Outcome.FAIL)
    assert (bad.args["failed"], bad.args["made"]) == (4, 12)
    assert int(bad.args["low"]) < 33 < int(bad.args["high"])
    assert sum("UTC  banner" in line for line in bad.evidence) == 4
    assert "0 of 12 failed" in bad.evidence[-1]
    assert (good.tag, good.outcome) == ("MX_STEADY", Outcome.PASS)


def test_failures_everywhere_may_be_our_own_line(lab: Company, eyes: Eyes):
    """Without anything that went well at the same time nobody is accused."""
    lab.new.smtp.faults.unsteady = lab.old.smtp.faults.unsteady = 2
    found = eyes.see("smtp.steady", probes=6)
    assert set(tags(found)) == {"MX_UNSTEADY_OR_WE"}
    assert {f.outcome for f in found} == {Outcome.UNKNOWN}


def test_a_server_that_has_enough_of_us_is_left_alone(lab: Company, eyes: Eyes):
    """After the first 421 it is not asked again, and what was seen until then proves too little."""

    def wait(_: float) -> None:
        lab.new.smtp.faults.greeting = "421"

    before = len(lab.new.smtp.log)
    found = replace(eyes, context=replace(eyes.context, wait=wait)).see("smtp.steady", probes=9)
    mine = _of(found, NEW)
    assert (mine.tag, mine.outcome) == ("MX_STEADY_SO_FAR", Outcome.UNKNOWN)
    assert mine.args["made"] == 1
    assert lab.new.smtp.log[before:].count("QUIT") == 1
    assert by_tag(found, "MX_STEADY")


def test_a_server_that_never_answers_is_not_asked_for_ever(lab: Company, eyes: Eyes):
    """That is what smtp.reach tells; here nothing is known."""
    lab.new.smtp.faults.greeting = "close"
    mine = _of(eyes.see("smtp.steady", probes=100, system="new"), NEW)
    assert (mine.tag, mine.outcome, mine.args["made"]) == (
        "MX_NEVER_ANSWERED", Outcome.UNKNOWN, 5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("failed", "made", "low", "high"),
    [(3, 10, 0.108, 0.603), (9, 30, 0.167, 0.479), (30, 100, 0.219, 0.396), (3, 300, 0.003, 0.029)],
)  # fmt: skip
def test_bounds_are_those_of_wilson(failed, made, low, high):
    """Against figures that were computed elsewhere."""
    assert bounds(failed, made) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


@given(st.integers(1, 500), st.data())
def test_bounds_hold_what_was_seen_and_more_looks_narrow_them(made, data):
    """Never below 0 or above 1, and nothing is called certain."""
    failed = data.draw(st.integers(0, made))
    low, high = bounds(failed, made)
    assert 0 <= low <= failed / made <= high <= 1
    assert high > 0
    wider = bounds(10 * failed, 10 * made)
    assert wider[1] - wider[0] <= high - low


def test_a_late_greeting_is_told_with_its_seconds(lab: Company, eyes: Eyes):
    """The conversation comes about, and is slow."""
    lab.new.smtp.faults.late = 0.4
    (found,) = eyes.see("smtp.greeting", NEW, within="0s")
    assert (found.tag, found.outcome) == ("GREETING_LATE", Outcome.FAIL)
    assert 0.4 <= float(found.args["seconds"]) < 5


def test_a_greeting_without_a_full_name_fails(lab: Company, eyes: Eyes):
    """A name of one label is nobody's."""
    lab.new.smtp.hostname = "localhost"
    (found,) = eyes.see("smtp.greeting", NEW)
    assert (found.tag, found.outcome) == ("GREETING_NAMELESS", Outcome.FAIL)
    assert NEW in (found.fix or "")


def test_no_greeting_is_unknown(lab: Company, eyes: Eyes):
    """Silence is no proof of anything."""
    lab.new.smtp.faults.greeting = "close"
    assert tags(eyes.see("smtp.greeting")) == ["GREETING_NOT_SEEN"]
