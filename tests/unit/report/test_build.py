"""Building a report: what it takes from the state file, and how it judges the people's part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from migrate_mail.errors import StateError
from migrate_mail.finding import Outcome
from migrate_mail.report.build import build
from migrate_mail.report.summary import proved
from migrate_mail.run.card import PlanCard
from migrate_mail.state.records import ResultRecord, Waiver
from migrate_mail.state.store import Store
from support.cards import NOW, plan, result, step, waiver
from support.store import writer
from support.told import STEPS, tell, the_plan


@pytest.fixture
def path(tmp_path):
    """Where the state file of a test lies."""
    return tmp_path / "migration.state"


@pytest.fixture
def told(path):
    """Give the report of a migration with something of everything."""
    tell(path)
    with Store.read(path) as store:
        return build(store, now=NOW)


def of(path, card, *results: ResultRecord, waived: Waiver | None = None):
    """Return the report of a plan with these results."""
    with writer(path) as store:
        store.save_plan(card.digest, card.to_data())
        run = store.begin_run("preflight", card.digest)
        for one in results:
            store.add_result(run, one)
        if waived:
            store.waive(waived)
    with Store.read(path) as store:
        return build(store, now=NOW)


def test_nothing_recorded_is_said_in_words(path):
    """Without a plan there is nothing to report on, and the next step is named."""
    writer(path).close()

    with (
        Store.read(path) as store,
        pytest.raises(StateError, match="no plan was recorded") as e,
    ):
        build(store, now=NOW)

    assert "migrate-mail preflight" in (e.value.hint or "")


def test_go_is_said_with_its_end(path):
    """All is well: GO, why, and until when that holds."""
    one = step("one")

    report = of(path, plan(one), result(one))

    assert (report.verdict, report.reasons, report.conditions) == ("GO", (), ())
    assert report.why == "Everything that must be known is known, and it is well."
    assert report.holds_until == NOW - timedelta(minutes=5) + one.valid_for


@pytest.mark.parametrize(
    ("outcomes", "word", "why"),
    [
        ({"a": Outcome.FAIL}, "NO-GO", "1 reason stops it."),
        (
            {"a": Outcome.FAIL, "b": Outcome.FAIL, "c": Outcome.UNKNOWN},
            "NO-GO",
            "2 reasons stop it; 1 thing could not be told.",
        ),
        (
            {"a": Outcome.UNKNOWN, "b": Outcome.UNKNOWN},
            "CANNOT TELL",
            "Nothing is known to be broken, but 2 things could not be told.",
        ),
    ],
)
def test_the_sentence_why_counts_what_matters(path, outcomes, word, why):
    """The verdict's sentence says how much stops it and how much is not known."""
    steps = [step(key) for key in outcomes]

    report = of(path, plan(*steps), *(result(s, outcomes[s.key]) for s in steps))

    assert (report.verdict, report.why) == (word, why)


def test_reasons_come_worst_first_with_owner_and_fix(told):
    """What stops comes before what could not be told; each has its owner by name."""
    assert [(r.weight, r.step) for r in told.reasons] == [
        ("stops", "names"),
        ("cannot tell", "banner"),
    ]
    assert told.reasons[0].owner == "Ben Okafor"
    assert told.reasons[1].owner == "Anna Bauer (+49 30 1234)"
    assert told.reasons[0].fix.startswith("mx1.new.example. 300 IN A")
    assert [c.step for c in told.conditions] == ["parity"]


def test_waivers_say_whether_they_count(told):
    """Of each waiver it is said who signed it and whether it counts now."""
    assert {w.step: (w.by, w.status) for w in told.waivers} == {
        "parity": ("Head of IT", "counts"),
        "names": ("ben", "does not count: it has ended"),
        "reach": ("ben", "not needed: the step passes"),
    }


def test_certificates_that_are_let_pass_are_told(told):
    """Whose, by whom, until when: what goes there may be read by others; older plans have none."""
    assert [(c.side, c.host, c.counts) for c in told.certificates] == [
        ("old", "imap.old.example:993", True),
        ("new", "imap.new.example:993", False),
    ]
    data = the_plan().to_data()
    assert PlanCard.from_data(data).certificates == the_plan().certificates
    del data["certificates"]
    assert PlanCard.from_data(data).certificates == ()


def test_a_waiver_that_ends_before_the_cutover_window_does_not_count(path):
    """A waiver must outlive the cutover window."""
    one = step("one")
    card = plan(one, cutover_at=NOW + timedelta(days=5), window=timedelta(hours=4))

    report = of(path, card, result(one, Outcome.FAIL), waived=waiver(one))

    assert report.waivers[0].status == "does not count: it ends before the cutover window does"


def test_a_waiver_of_a_step_that_is_gone_does_not_count(path):
    """A waiver of a step that the plan no longer has is still shown."""
    report = of(path, plan(step("one")), waived=waiver(step("gone")))

    assert report.waivers[0].status == "does not count: the step is no longer in the plan"


def test_every_step_of_the_plan_is_told_once(told):
    """All steps, whatever their phase, stand in the order of the migration."""
    told_keys = [s.key for stage in told.stages for s in stage.steps]

    assert sorted(told_keys) == sorted(s.key for s in STEPS)
    assert [(s.phase, s.title, s.decides) for s in told.stages] == [
        ("preflight", "DNS", True),
        ("preflight", "SMTP", True),
        ("preflight", "Mail", True),
        ("preflight", "People", True),
        ("verify", "Proof", False),
        ("close", "Close", False),
    ]


def test_the_tally_counts_each_standing(told):
    """A stage's tally names only standings that occur, worst first."""
    tallies = {s.title: s.tally for s in told.stages}

    assert tallies["DNS"] == (("fail", 1), ("pass", 1))
    assert tallies["People"] == (("pending", 1), ("pass", 1))
    assert tallies["Proof"] == (("missing", 1),)


def test_ages_are_of_the_look_and_not_of_the_report(told):
    """A step's age counts from when it was looked at or confirmed."""
    ages = {s.key: s.age for stage in told.stages for s in stage.steps}

    assert ages["ttl"] == timedelta(hours=1)
    assert ages["old-look"] == timedelta(days=3)
    assert ages["announce"] == timedelta(hours=5)
    assert ages["verify"] is None
    assert told.data_as_of == NOW - timedelta(hours=1)
    assert told.oldest_at == NOW - timedelta(days=3)


def test_findings_come_worst_first(path):
    """Of a step with many findings the bad ones are told before the good ones."""
    one = step("one")
    seen = result(one, Outcome.FAIL)
    good = [result(one, o).findings[0] for o in (Outcome.PASS, Outcome.UNKNOWN)]
    mixed = result(one, Outcome.FAIL, findings=(*good, *seen.findings))

    report = of(path, plan(one), mixed)

    found = report.stages[0].steps[0].findings
    assert [f.outcome for f in found] == ["fail", "unknown", "pass"]


def test_deliveries_are_summed_up_by_where_they_were_handed_over(told):
    """Sent, found on new, on old, nowhere, not looked for: by each way in."""
    lines = {d.via: d for d in told.deliveries}
    direct = lines["mx1.new.example [192.0.2.1]:25"]
    world = lines["MX through resolver 192.0.2.54"]

    assert (direct.sent, direct.on_new, direct.on_old, direct.nowhere, direct.open) == (
        2, 1, 0, 1, 0,
    )  # fmt: skip
    assert (world.sent, world.on_new, world.on_old, world.nowhere, world.open) == (
        2, 0, 1, 0, 1,
    )  # fmt: skip
    assert (direct.seconds, world.seconds) == (2.25, 9.5)
    assert "2 of 4 test messages found, 1 of them on old" in [i.text for i in proved(told)]


def test_dns_changes_are_told_with_their_proof(told):
    """Before, after, events, and when every name server showed it."""
    switch, back = told.dns_changes

    assert switch.before == ("example.org. 300 IN MX 10 mx.old.example.",)
    assert len(switch.after) == 2
    assert switch.read_back_at is not None
    assert [e.event for e in switch.events] == ["planned", "started", "applied", "read-back"]
    assert (back.kind, back.after) == ("rollback", switch.before)


def test_a_change_that_was_not_proved_is_not_called_proved(path):
    """A change that was made and not read back says so, and the verdict is stopped by it."""
    tell(path)
    with Store.open(path, command="test") as store:
        first = store.dns_changes()[0]
        number = store.plan_dns_change(
            kind="switch", domain="example.org", driver="rfc2136",
            change=first.change, inverse=first.inverse,
        )  # fmt: skip
        store.dns_event(number, "applied", "")
    with Store.read(path) as store:
        report = build(store, now=NOW)

    assert report.dns_changes[-1].read_back_at is None
    assert report.dns_changes[-1].status == "made, and not yet proved on every name server"
    assert any("not proved on every name server" in r.text for r in report.reasons)


def test_after_the_switch_the_question_is_another(path):
    """Once the MX points to new the report asks whether it may stay."""
    tell(path)
    with Store.read(path) as store:
        assert build(store, now=NOW).question == "May we switch?"
    with Store.open(path, command="test") as store:
        first = store.dns_changes()[0]
        number = store.plan_dns_change(
            kind="switch", domain="example.org", driver="rfc2136",
            change=first.change, inverse=first.inverse,
        )  # fmt: skip
        store.dns_event(number, "read-back", "")
    with Store.read(path) as store:
        report = build(store, now=NOW)

    assert report.question == "Did the switch work, and may it stay?"
    assert [s.title for s in report.stages if s.decides] == ["Proof"]


def test_the_sync_is_told_by_account_and_failures_by_name(told):
    """Totals of each account, and each message that was not copied."""
    assert {a.account: (a.copied, a.pending, a.failed) for a in told.accounts} == {
        "anna@example.org": (1000, 0, 0),
        "ben@example.org": (0, 1, 1),
    }
    assert [(f.account, f.uid, f.reason) for f in told.not_copied] == [
        ("ben@example.org", 12, "new refuses it: 552")
    ]


def test_runs_tell_their_plan_and_their_end(told):
    """A run that was killed has no end; one of an earlier plan is marked."""
    first, second = told.runs

    assert (first.command, first.outcome, first.same_plan) == ("preflight", "NO-GO", True)
    assert (second.command, second.outcome, second.took) == ("sync", None, None)
    assert second.same_plan is False


def test_the_rollback_plan_is_part_of_it(told):
    """The way back is there, with owners by name and the point of no return."""
    assert told.rollback.stage == "back"
    assert told.rollback.no_return.step == "close-old"
    assert told.rollback.past_no_return is False


def test_overrides_stay_for_ever(told):
    """An override is told in every report after, whatever came later."""
    assert [(o.command, o.verdict, o.reason) for o in told.overrides] == [
        ("cutover", "NO-GO", "the old host burns")
    ]


def test_the_foot_says_where_it_comes_from(told, path):
    """Version, plan, checklists with their hash, and the state file."""
    card = the_plan()

    assert told.foot.plan_digest == card.digest
    assert told.foot.checklists == (("site.yaml", "c0ffee"),)
    assert told.foot.state == str(path)
