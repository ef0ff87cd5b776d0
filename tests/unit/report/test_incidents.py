"""What did not go as planned, and how many addresses were proved: out of a state file."""

from __future__ import annotations

from datetime import timedelta

from migrate_mail.finding import Finding, Outcome
from migrate_mail.report.build import build
from migrate_mail.report.summary import proved
from migrate_mail.report.text import text
from migrate_mail.state.store import Store
from support.cards import NOW, plan, result, step
from support.store import Hands, writer
from support.told import tell

TWO = ("one.example", "two.example")


def _verdict(word: str) -> dict:
    return {"verdict": word, "at": NOW.isoformat(), "steps": []}


def test_they_are_told_in_their_order(tmp_path):
    """Overrides, a way back, a verdict that fell, runs that were cut short or killed."""
    path = tmp_path / "migration.state"
    tell(path)
    with Store.open(path, command="test", clock=Hands(NOW)) as store:
        store.save_verdict(store.begin_run("preflight", "x", "anna"), _verdict("GO"))
        store.save_verdict(store.begin_run("preflight", "x", "anna"), _verdict("NO-GO"))
        store.end_run(store.begin_run("sync", "", "ben"), "interrupted")
        store.begin_run("verify", "x", "ben")

    with Store.read(path) as store:
        report = build(store, now=NOW)

    told = [line.what for line in report.incidents]
    assert [line.at for line in report.incidents] == sorted(
        line.at for line in report.incidents
    )
    assert "cutover was run against NO-GO by anna: the old host burns" in told
    assert "example.org was taken back to old" in told
    assert "sync by ben was interrupted" in told
    assert "the verdict fell from GO to NO-GO in run 4" in told
    assert sum("never came to its end" in what for what in told) == 3
    assert not [what for what in told if what.startswith("verify")]  # it may be under way
    assert "\nIncidents\n---------\n" in text(report)


def test_nothing_is_told_of_a_quiet_move(tmp_path):
    """No section without an incident."""
    card = plan(step("ttl"))
    with writer(tmp_path / "migration.state") as store:
        store.save_plan(card.digest, card.to_data())
        run = store.begin_run("preflight", card.digest, "anna")
        store.save_verdict(run, _verdict("NO-GO"))
        store.end_run(run, "NO-GO")
    with Store.read(tmp_path / "migration.state") as store:
        assert build(store, now=NOW).incidents == ()


def test_addresses_that_were_accepted_are_counted_once_for_each_domain(tmp_path):
    """Two MX addresses of one domain are one proof; a look that is too old is none."""
    steps = [
        step(f"recipients[{d}]", item=d, check="smtp.recipients", valid_for=timedelta(hours=2))
        for d in TWO
    ] + [step("other", check="smtp.reach")]
    card = plan(*steps, domains=TWO, addresses=60)
    with writer(tmp_path / "migration.state") as store:
        store.save_plan(card.digest, card.to_data())
        run = store.begin_run("preflight", card.digest, "anna")
        for one, many in zip(steps, (40, 20, 7), strict=True):
            seen = tuple(
                Finding("RECIPIENTS_ACCEPTED", Outcome.PASS, spot, args={"count": many})
                for spot in ("mx1", "mx2")
            )
            store.add_result(run, result(one, findings=seen))
    with Store.read(tmp_path / "migration.state") as store:
        now, later = build(store, now=NOW), build(store, now=NOW + timedelta(hours=3))
    assert "60 of 60 addresses accepted by new" in [i.text for i in proved(now)]
    assert later.accepted == 0
