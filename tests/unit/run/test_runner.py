"""The runner: order, side by side, time limits, what a check may never do to a run."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from migrate_mail.checks.base import About, Check, Context, NoParams
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome, Phase
from migrate_mail.run.bound import BoundCheck, BoundPlan, BoundStep
from migrate_mail.run.runner import Runner, resumable
from migrate_mail.state.store import Store
from support.cards import plan, step


def bound(card, function=None, *, command=None, timeout=timedelta(seconds=20)) -> BoundStep:
    """Return a step whose body is a function from a context to findings."""
    about = About("what", "why", "how")
    made = (
        Check("test.check", "t", about, NoParams, lambda ctx, _: function(ctx))
        if function
        else None
    )
    check = BoundCheck(made, NoParams()) if made else None
    return BoundStep(card, check, command, timeout)


def passes(_: Context) -> Iterator[Finding]:
    """Find that all is well."""
    yield Finding("FINE", Outcome.PASS, "it")


def fails(_: Context) -> Iterator[Finding]:
    """Find that it is broken."""
    yield Finding("BROKEN", Outcome.FAIL, "it")


@pytest.fixture
def store(tmp_path):
    """A state file of its own."""
    with Store.open(tmp_path / "migration.state", command="preflight") as opened:
        yield opened


def run(
    store, *steps, watch=lambda event: None, kept=None, only=frozenset()
) -> dict[str, Outcome]:
    """Run steps of phase preflight, return the outcomes recorded."""
    card = plan(*(s.card for s in steps))
    store.save_plan(card.digest, card.to_data())
    run_id = store.begin_run("preflight", card.digest, "anna")
    world = SimpleNamespace(
        clock=lambda: datetime.now(UTC),
        inventory=None,
        dns=None,
        smtp=None,
        https=None,
        imap=None,
        secret=None,
        wait=None,
    )
    Runner(BoundPlan(card, steps), world, store, run_id, watch, kept or {}).run(
        (Phase.PREFLIGHT,), only
    )
    store.end_run(run_id, "done")
    return {r.step: r.outcome for r in store.results(run_id)}


def test_records_every_finding(store):
    """What a check yields is in the state file, stamped, with the worst outcome on the step."""

    def mixed(_):
        yield Finding("FINE", Outcome.PASS, "one")
        yield Finding("DARK", Outcome.UNKNOWN, "two", evidence=("timeout",))

    assert run(store, bound(step("a"), mixed)) == {"a": Outcome.UNKNOWN}
    found = store.latest_results()["a"].findings
    assert [f.tag for f in found] == ["FINE", "DARK"]
    assert all(f.at is not None for f in found)


def test_a_check_that_finds_nothing_is_unknown(store):
    """No finding at all is not a pass: nobody looked."""
    assert run(store, bound(step("a"), lambda _: iter(()))) == {"a": Outcome.UNKNOWN}


@pytest.mark.parametrize(
    "error",
    [
        NetError("timeout", "mx [192.0.2.1]:25", "banner", "nothing came"),
        ZeroDivisionError("secret-value"),
    ],
)
def test_a_check_that_raises_is_unknown(store, error):
    """An exception in a check ends that check, not the run, and leaks no value."""

    def broken(_):
        yield Finding("FINE", Outcome.PASS, "one")
        raise error

    assert run(store, bound(step("a"), broken), bound(step("b"), passes)) == {
        "a": Outcome.UNKNOWN,
        "b": Outcome.PASS,
    }
    assert "secret-value" not in str(store.latest_results()["a"].findings)


def test_independent_steps_run_side_by_side(store):
    """Two steps that do not need each other meet while both are under way."""
    barrier = threading.Barrier(2, timeout=10)

    def meets(_):
        barrier.wait()
        yield Finding("FINE", Outcome.PASS, "it")

    assert set(run(store, bound(step("a"), meets), bound(step("b"), meets)).values()) == {
        Outcome.PASS
    }


def test_needs_come_first_and_failures_hold_back(store):
    """A step runs after what it needs, and not at all when that did not pass."""
    order = []

    def noted(name, inner):
        def check(ctx):
            order.append(name)
            yield from inner(ctx)

        return check

    found = run(
        store,
        bound(step("third", needs=("second",)), noted("third", passes)),
        bound(step("second", needs=("first",)), noted("second", fails)),
        bound(step("first"), noted("first", passes)),
    )

    assert order == ["first", "second"]
    assert found == {"first": Outcome.PASS, "second": Outcome.FAIL}


def test_a_slow_step_is_left_behind(store):
    """A step that does not come back in time is unknown, and the run goes on."""
    never = threading.Event()

    def hangs(_):
        never.wait()
        yield Finding("FINE", Outcome.PASS, "it")

    slow = bound(step("slow"), hangs, timeout=timedelta(milliseconds=50))

    found = run(store, slow, bound(step("b", needs=()), passes))
    never.set()

    assert found == {"slow": Outcome.UNKNOWN, "b": Outcome.PASS}
    assert store.latest_results()["slow"].findings[0].tag == "STEP_TIMEOUT"


@pytest.mark.parametrize(
    ("code", "outcome", "tag"),
    [
        ("pass", Outcome.PASS, "COMMAND_EXIT"),
        ("import sys; print('s3cret'); sys.exit(3)", Outcome.FAIL, "COMMAND_EXIT"),
    ],
)
def test_a_command_passes_by_its_exit_code(store, code, outcome, tag):
    """Exit 0 passes; the output of the admin's command is not kept."""
    found = run(store, bound(step("a", body="run"), command=(sys.executable, "-c", code)))

    findings = store.latest_results()["a"].findings
    assert found == {"a": outcome}
    assert findings[0].tag == tag
    assert "s3cret" not in str(findings)


def test_a_command_that_is_not_there_is_unknown(store):
    """A command that cannot be started tells nothing."""
    assert run(store, bound(step("a", body="run"), command=("/nonexistent/tool",))) == {
        "a": Outcome.UNKNOWN
    }


def test_only_runs_what_was_asked(store):
    """`--only` takes an id or one instance."""
    one, other = bound(step("a[x]"), passes), bound(step("a[y]"), passes)

    assert set(run(store, one, other, only=frozenset({"a[x]"}))) == {"a[x]"}
    assert set(run(store, one, other, only=frozenset({"a"}))) == {"a[x]", "a[y]"}


def test_goes_on_after_an_interruption(store):
    """What an interrupted run passed is kept; what it failed, or what changed since, is run again."""
    a, b, c = step("a"), step("b"), step("c")
    card = plan(a, b, c)
    store.save_plan(card.digest, card.to_data())
    first = store.begin_run("preflight", card.digest, "anna")
    world = SimpleNamespace(
        clock=lambda: datetime.now(UTC),
        inventory=None,
        dns=None,
        smtp=None,
        https=None,
        imap=None,
        secret=None,
        wait=None,
    )
    steps = (bound(a, passes), bound(b, fails), bound(c, passes))
    Runner(BoundPlan(card, steps), world, store, first, lambda e: None).run((Phase.PREFLIGHT,))
    changed = BoundPlan(
        plan(a, b, step("c", digest="new")),
        (steps[0], steps[1], bound(step("c", digest="new"), passes)),
    )

    assert set(resumable(store, changed, "preflight", world)) == {"a"}
    store.end_run(first, "GO")
    assert resumable(store, changed, "preflight", world) == {}


def test_kept_results_are_not_run_again(store):
    """A kept step is recorded in the new run without looking again."""
    called = []

    def counts(ctx):
        called.append(1)
        yield from passes(ctx)

    one = bound(step("a"), counts)
    run(store, one)
    record = store.latest_results()["a"]

    assert run(store, one, kept={"a": record}) == {"a": Outcome.PASS}
    assert called == [1]
