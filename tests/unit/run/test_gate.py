"""The gate: each rule of the verdict, one test."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.finding import Outcome, Phase, Severity
from migrate_mail.run.gate import Facts, judge
from migrate_mail.run.verdict import Standing, Word
from migrate_mail.state.records import DnsChangeRecord
from support.cards import NOW, confirmation, plan, result, step, waiver


def facts(*results, **more) -> Facts:
    """Return facts with these results."""
    return Facts(results={r.step: r for r in results}, **more)


def word(*steps, given=None, **plan_changes) -> Word:
    """Return the word that the gate says about these steps."""
    return judge(plan(*steps, **plan_changes), given or facts(), NOW).word


def test_all_pass_is_go():
    """Every blocker looked at, recently, and well: GO."""
    one, two = step("one"), step("two")

    assert word(one, two, given=facts(result(one), result(two))) is Word.GO


@pytest.mark.parametrize(
    "severity", [Severity.BLOCKER, Severity.MAJOR, Severity.MINOR, Severity.INFO]
)
@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNKNOWN])
def test_what_a_bad_outcome_does(severity, outcome):
    """A blocker stops or cannot be told, a major is a condition, the rest is only listed."""
    one = step("one", severity=severity)
    wanted = {
        Severity.BLOCKER: Word.NO_GO if outcome is Outcome.FAIL else Word.CANNOT_TELL,
        Severity.MAJOR: Word.CONDITIONAL,
    }

    assert word(one, given=facts(result(one, outcome))) is wanted.get(severity, Word.GO)


def test_unknown_beside_a_failure_is_no_go():
    """What is known to be broken is said before what could not be told."""
    one, two = step("one"), step("two")

    found = word(one, two, given=facts(result(one, Outcome.FAIL), result(two, Outcome.UNKNOWN)))

    assert found is Word.NO_GO


def test_nothing_run_is_no_go():
    """Nobody looked: NO-GO, and the next step is named."""
    verdict = judge(plan(step()), facts(), NOW)

    assert verdict.word is Word.NO_GO
    assert verdict.reasons[0].fix == "migrate-mail preflight"


def test_no_steps_is_no_go():
    """An empty checklist proves nothing."""
    assert word() is Word.NO_GO


def test_stale_counts_as_not_run():
    """A result older than its step allows stops the gate, and says how old it is."""
    one = step("one", valid_for=timedelta(hours=2))

    verdict = judge(plan(one), facts(result(one, ago=timedelta(hours=3))), NOW)

    assert verdict.word is Word.NO_GO
    assert verdict.standings[0].standing is Standing.STALE
    assert "last run 3h ago; a result counts for 2h" in verdict.reasons[0].text


def test_changed_step_is_stale():
    """A result of another definition of the step does not count."""
    one = step("one")

    assert word(one, given=facts(result(one, digest="of yesterday's file"))) is Word.NO_GO


def test_result_of_the_future_is_stale():
    """A result dated in the future does not count: some clock is wrong."""
    one = step("one")

    assert word(one, given=facts(result(one, ago=timedelta(hours=-1)))) is Word.NO_GO


@pytest.mark.parametrize("owner", [None, "nobody-we-know"])
def test_blocker_without_owner_is_no_go(owner):
    """No owner is a reason for NO-GO, also when the step passed."""
    one = step("one", owner=owner)

    assert word(one, given=facts(result(one))) is Word.NO_GO


def test_blocked_by_a_failure():
    """A step that waits for a failed one says for which."""
    one, two = step("one"), step("two", needs=("one",))

    verdict = judge(plan(two, one), facts(result(one, Outcome.FAIL)), NOW)

    assert verdict.standings[0].standing is Standing.BLOCKED
    assert verdict.standings[0].reason == "waits for one"


def test_blocked_by_an_unknown_cannot_tell():
    """What waits only for something that could not be told is not known to be broken."""
    one, two = step("one"), step("two", needs=("one",))

    assert word(one, two, given=facts(result(one, Outcome.UNKNOWN))) is Word.CANNOT_TELL


def test_manual_step_waits_for_a_person():
    """An unconfirmed manual blocker stops, and names the command."""
    one = step("one", body="manual")
    two = step("two")

    verdict = judge(plan(one, two), facts(result(two)), NOW)

    assert verdict.word is Word.NO_GO
    assert "migrate-mail confirm 'one' --by NAME" in verdict.reasons[0].text


def test_confirmed_manual_step_passes():
    """A person's word passes a manual step, as long as it is fresh and about this very step."""
    one = step("one", body="manual")

    assert word(one, given=facts(confirmations=[confirmation(one)])) is Word.GO
    assert word(one, given=facts(confirmations=[confirmation(one, digest="x")])) is Word.NO_GO
    assert (
        word(one, given=facts(confirmations=[confirmation(one, ago=timedelta(days=2))]))
        is Word.NO_GO
    )


def test_confirmed_but_not_proved():
    """A manual step with `then:` passes only when its proof passed as well."""
    one = step("one", body="manual", proved=True)
    said = [confirmation(one)]

    assert word(one, given=facts(confirmations=said)) is Word.NO_GO
    assert word(one, given=facts(result(one, Outcome.FAIL), confirmations=said)) is Word.NO_GO
    assert word(one, given=facts(result(one), confirmations=said)) is Word.GO


def test_waiver_makes_conditional():
    """A waived failure is a condition that names who took responsibility."""
    one = step("one")

    verdict = judge(plan(one), facts(result(one, Outcome.FAIL), waivers=[waiver(one)]), NOW)

    assert verdict.word is Word.CONDITIONAL
    assert "waived by head-of-it until" in verdict.reasons[0].text


def test_waiver_that_does_not_count():
    """Expired, too short for the window, or on a step that cannot be waived: as not waived."""
    one = step("one")
    bad = result(one, Outcome.FAIL)
    late = plan(one, cutover_at=NOW + timedelta(days=3), window=timedelta(hours=4))
    fixed = step("one", waivable=False)

    expired = facts(bad, waivers=[waiver(one, until=NOW - timedelta(minutes=1))])

    assert judge(plan(one), expired, NOW).word is Word.NO_GO
    assert judge(late, facts(bad, waivers=[waiver(one)]), NOW).word is Word.NO_GO
    assert judge(plan(fixed), facts(bad, waivers=[waiver(one)]), NOW).word is Word.NO_GO


def test_waiver_of_a_passing_step_is_not_used():
    """A step that passes needs no waiver; its verdict stays GO."""
    one = step("one")

    assert word(one, given=facts(result(one), waivers=[waiver(one)])) is Word.GO


def test_too_many_conditions():
    """More conditions than the migration allows are NO-GO."""
    steps = [step(f"s{n}", severity=Severity.MAJOR) for n in range(4)]
    found = facts(*(result(s, Outcome.FAIL) for s in steps))

    assert word(*steps, given=found, max_conditions=3) is Word.NO_GO
    assert word(*steps, given=found, max_conditions=4) is Word.CONDITIONAL


def test_too_many_conditions_that_nobody_could_look_at_cannot_tell():
    """A dead resolver makes everything unknown: that is no finding, and no pass either."""
    steps = [step(f"s{n}", severity=Severity.MAJOR) for n in range(4)]
    unknown = facts(*(result(s, Outcome.UNKNOWN) for s in steps))
    mixed = facts(*(result(s, o) for s, o in zip(steps, [Outcome.FAIL, *[Outcome.UNKNOWN] * 3], strict=True)))  # fmt: skip

    assert word(*steps, given=unknown, max_conditions=3) is Word.CANNOT_TELL
    assert word(*steps, given=mixed, max_conditions=3) is Word.CANNOT_TELL
    assert word(*steps, given=mixed, max_conditions=0) is Word.NO_GO


def test_other_phases_do_not_count():
    """Before the switch, what comes after it is not asked."""
    one, later = step("one"), step("later", phase=Phase.VERIFY)

    assert word(one, later, given=facts(result(one))) is Word.GO


def test_unproved_dns_change_stops():
    """A DNS change that was begun and not read back stops everything else."""
    one = step("one")
    begun = DnsChangeRecord(
        1, "switch", "example.org", "manual", {}, {}, (("started", "", NOW),)
    )

    assert word(one, given=facts(result(one), changes=[begun])) is Word.NO_GO


def test_holds_until_the_first_result_ends():
    """The verdict says until when it holds."""
    one, two = step("one", valid_for=timedelta(hours=1)), step("two")

    verdict = judge(plan(one, two), facts(result(one), result(two)), NOW)

    assert verdict.holds_until == NOW - timedelta(minutes=5) + timedelta(hours=1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Severity)),
            st.sampled_from([*Outcome, None]),
            st.integers(min_value=0, max_value=50),
        ),
        max_size=6,
    )
)
def test_go_needs_knowledge(drawn):
    """No mixture of steps gives GO while a blocker is unknown, failed, stale or not run."""
    cards = [step(f"s{n}", severity=severity) for n, (severity, _, _) in enumerate(drawn)]
    found = facts(
        *(
            result(card, outcome, ago=timedelta(hours=hours))
            for card, (_, outcome, hours) in zip(cards, drawn, strict=True)
            if outcome is not None
        )
    )

    verdict = judge(plan(*cards), found, NOW)

    fine = {
        card.key
        for card, (_, outcome, hours) in zip(cards, drawn, strict=True)
        if outcome in {Outcome.PASS, Outcome.SKIP} and hours <= 24
    }
    blockers = {c.key for c in cards if c.severity is Severity.BLOCKER}
    if verdict.word is Word.GO:
        assert cards
        assert blockers <= fine
