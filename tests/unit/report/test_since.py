"""What got better and what got worse since an earlier run."""

from __future__ import annotations

import pytest

from migrate_mail.errors import UserError
from migrate_mail.report.build import build
from migrate_mail.report.first_page import since as told
from migrate_mail.state.store import Store
from support.cards import NOW
from support.told import tell


@pytest.fixture
def state(tmp_path):
    """A state file whose first run decided, and whose later ones did not."""
    tell(tmp_path / "migration.state")
    return tmp_path / "migration.state"


def _since(state, run):
    with Store.read(state) as store:
        return build(store, now=NOW, since=run)


def test_better_and_worse_are_told_apart(state):
    """By how bad a standing is; a step that is new or gone is neither."""
    then = _since(state, "1").since
    assert [(c.step, c.before, c.after) for c in then.better] == [
        ("ttl", "failed", "passed"),
        ("parity", "failed", "waived"),
    ]
    assert [(c.step, c.before, c.after) for c in then.worse] == [
        ("names", "could not tell", "failed")
    ]
    assert ("gone", "too old", "not in the plan") in [(c.step, c.before, c.after) for c in then.other]  # fmt: skip
    assert {c.step for c in then.other if c.before == "new in the plan"} == {
        "banner",
        "old-look",
        "announce",
        "freeze",
    }


def test_phases_that_were_not_asked_about_are_left_out(state):
    """A step of a later phase is not new because the earlier question was another one."""
    then = _since(state, "1").since
    assert "verify" not in {c.step for c in (*then.better, *then.worse, *then.other)}


def test_a_run_without_a_decision_stands_for_the_one_before_it(state):
    """Since a sync is since the last preflight."""
    assert _since(state, "2").since == _since(state, "1").since


def test_nothing_new_is_said(state):
    """A decision compared with itself."""
    with Store.open(state, command="test") as store:
        steps = [
            {"step": s.key, "title": s.title, "phase": g.phase, "standing": s.standing}
            for g in build(store, now=NOW).stages
            for s in g.steps
        ]
        run = store.begin_run("verify", "x", "anna")
        same = {"verdict": "NO-GO", "at": NOW.isoformat(), "steps": steps}
        store.save_verdict(run, same)
        store.end_run(run, "NO-GO")
    report = _since(state, str(run))
    assert [i.text for i in told(report)] == ["The verdict is still NO-GO", "Every step stands as it did"]  # fmt: skip
    assert _since(state, "last").since.run == 1


@pytest.mark.parametrize("run", ["99", "last", "yesterday", "-1", "²"])
def test_a_run_that_decided_nothing_is_told(state, run):
    """With the runs that did."""
    with pytest.raises(UserError) as caught:
        _since(state, run)
    assert caught.value.hint == "runs that decided: 1"
