"""Several domains in one migration: a verdict and a page for each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.report.build import build
from migrate_mail.report.text import text
from migrate_mail.state.store import Store
from support.cards import NOW, plan, result, step
from support.store import receipt, writer

BOTH = ("one.example", "two.example")
STEPS = (
    step("ttl[one.example]", item="one.example", title="TTL of one"),
    step("ttl[two.example]", item="two.example", title="TTL of two"),
    step("login[Anna@Two.example]", item="Anna@Two.example", title="Anna logs in"),
    step("reach", title="New answers", needs=("ttl[one.example]", "ttl[two.example]")),
    step("mx[mx1.new.example]", item="mx1.new.example", title="The MX host"),
)


def _told(path, *, failing: str, domains=BOTH):
    card = plan(*STEPS, domains=domains)
    with writer(path) as store:
        store.save_plan(card.digest, card.to_data())
        run = store.begin_run("preflight", card.digest, "anna")
        for one in STEPS:
            store.add_result(run, result(one, Outcome.FAIL if one.key == failing else Outcome.PASS))  # fmt: skip
        folder = store.sync.folder("anna@two.example", "INBOX", "INBOX", 1, 1).id
        store.sync.enter(folder, [receipt(1), receipt(2)])
        store.sync.account_done("anna@two.example", state="done", at=NOW - timedelta(hours=1))
    with Store.read(path) as store:
        return build(store, now=NOW)


@pytest.mark.parametrize(
    ("failing", "verdicts"),
    [
        ("", ["GO", "GO"]),
        ("ttl[one.example]", ["NO-GO", "GO"]),
        ("login[Anna@Two.example]", ["GO", "NO-GO"]),
        ("reach", ["NO-GO", "NO-GO"]),
        ("mx[mx1.new.example]", ["NO-GO", "NO-GO"]),
    ],
)
def test_a_domain_is_judged_by_its_own_steps_and_the_common_ones(tmp_path, failing, verdicts):
    """What fails in one domain does not hold up the other; what concerns all holds up both."""
    report = _told(tmp_path / "migration.state", failing=failing)
    assert [p.verdict for p in report.domains] == verdicts
    assert report.verdict == ("GO" if not failing else "NO-GO")


def test_each_has_a_page(tmp_path):
    """With its own steps and mailboxes."""
    one, two = (report := _told(tmp_path / "migration.state", failing="")).domains
    assert [s.key for s in one.steps] == ["ttl[one.example]"]
    assert [s.key for s in two.steps] == ["ttl[two.example]", "login[Anna@Two.example]"]
    assert (one.mailboxes, two.mailboxes, two.whole, two.messages) == (0, 1, 1, 2)
    assert "Domain two.example\n------------------\n  GO: " in text(report)


def test_one_domain_needs_no_page(tmp_path):
    """The report is its page."""
    report = _told(tmp_path / "migration.state", failing="", domains=("one.example",))
    assert report.domains == ()
    assert "Domain one.example" not in text(report)
