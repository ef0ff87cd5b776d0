"""The state file: what is written is what is read, and what happened stays."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest

from migrate_mail import __version__
from migrate_mail.errors import StateError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.state.chain import register
from migrate_mail.state.records import (
    Confirmation,
    DeliveryRecord,
    Override,
    RecipientRecord,
    ResultRecord,
    TtlObservation,
    Waiver,
)
from migrate_mail.state.store import Store
from support.store import NOON, Hands, writer


@pytest.fixture
def path(tmp_path):
    """Where the state file of a test lies."""
    return tmp_path / "migration.state"


@pytest.fixture
def store(path):
    """Give a store that is open to write."""
    with writer(path) as store:
        yield store


def result(step: str, outcome: Outcome = Outcome.PASS, **changes) -> ResultRecord:
    """Return what a step gave at noon."""
    return ResultRecord(
        **{
            "step": step,
            "digest": "d",
            "outcome": outcome,
            "started_at": NOON,
            "ended_at": NOON + timedelta(seconds=3),
            "findings": (),
            **changes,
        }
    )


def test_a_run_is_remembered_with_who_and_what(path):
    """A run has its command, plan, person, version, beginning and end."""
    clock = Hands()

    with writer(path, clock) as store:
        number = store.begin_run("preflight", "plan-1", "anna")
        clock.move(timedelta(minutes=1))
        store.end_run(number, "NO-GO")
        (run,) = store.runs()

    assert (run.id, run.command, run.plan_digest, run.by) == (
        number,
        "preflight",
        "plan-1",
        "anna",
    )
    assert (run.started_at, run.ended_at) == (NOON, NOON + timedelta(minutes=1))
    assert (run.outcome, run.version) == ("NO-GO", __version__)


def test_a_run_that_was_killed_has_no_end(store):
    """A run without an end is still running or was killed."""
    store.begin_run("sync", "p")

    assert store.runs()[0].ended_at is None
    assert store.runs()[0].outcome is None
    assert store.runs()[0].by


def test_a_run_ends_once(store):
    """The word that a run ended with is not replaced."""
    number = store.begin_run("sync", "p")
    store.end_run(number, "done")

    with pytest.raises(sqlite3.IntegrityError):
        store.end_run(number, "GO")


def test_a_result_comes_back_as_it_was(store):
    """Findings keep every field through the state file."""
    finding = Finding(
        tag="MX_IS_CNAME",
        outcome=Outcome.FAIL,
        subject="mx1.new.example",
        vantage="ns1 [192.0.2.53]",
        args={
            "mx": "mx1",
            "chain": ("a", "b"),
            "n": 2,
            "ratio": 0.5,
            "none": None,
            "yes": True,
        },
        evidence=("line\x07one", "zwei \N{SNOWMAN}"),
        fix="paste this",
        refs=("RFC 2181 section 10.3",),
        at=NOON,
        elapsed_ms=12,
    )
    given = result("mx", Outcome.FAIL, findings=(finding, Finding("T", Outcome.PASS, "s")))
    run = store.begin_run("preflight", "p")

    store.add_result(run, given)

    assert store.results() == [given._replace(run_id=run, id=1)]


def test_latest_results_are_the_last_of_each_step(store):
    """A step counts by its last result, whichever run gave it."""
    first, second = store.begin_run("preflight", "p"), store.begin_run("preflight", "p")
    store.add_result(first, result("a", Outcome.FAIL))
    store.add_result(first, result("b", Outcome.FAIL))
    store.add_result(second, result("a", Outcome.PASS))

    latest = store.latest_results()

    assert {k: (r.outcome, r.run_id) for k, r in latest.items()} == {
        "a": (Outcome.PASS, second),
        "b": (Outcome.FAIL, first),
    }
    assert [r.step for r in store.results(first)] == ["a", "b"]


def test_the_latest_plan_is_the_one_saved_last(store):
    """Going back to an earlier plan makes it the present one again."""
    assert store.latest_plan() is None

    for digest in ("one", "two", "two", "one"):
        store.save_plan(digest, {"digest": digest, "domains": ["example.org"]})

    assert store.latest_plan() == {"digest": "one", "domains": ["example.org"]}


def test_verdicts_are_kept_as_shown(store):
    """Each decision stays with the run that it was shown in."""
    run = store.begin_run("preflight", "p")

    store.save_verdict(run, {"verdict": "NO-GO"})
    store.save_verdict(run, {"verdict": "GO"})

    assert store.verdicts() == [(run, {"verdict": "NO-GO"}), (run, {"verdict": "GO"})]


def test_what_people_say_comes_back(store):
    """Confirmations, waivers and overrides come back as given, oldest first."""
    said = Confirmation("announce", "d", "anna", "sent", NOON)
    waived = Waiver("parity", "ben", "next week", NOON + timedelta(days=7), NOON)
    overridden = Override("cutover", "NO-GO", "fire", "anna", NOON)

    store.confirm(said)
    store.waive(waived)
    store.override(overridden)

    assert store.confirmations() == [said]
    assert store.waivers() == [waived]
    assert store.overrides() == [overridden]


def test_moments_are_kept_in_utc(store):
    """A moment in another zone is the same moment when it is read."""
    there = datetime(2026, 3, 14, 6, 0, tzinfo=timezone(timedelta(hours=1)))

    store.waive(Waiver("parity", "ben", "why", there, NOON))

    assert store.waivers()[0].until == there
    assert store.waivers()[0].until.tzinfo is UTC


def test_a_moment_without_zone_is_a_mistake(store):
    """Nobody can tell when a naive moment was, so it is not stored."""
    naive = datetime(2026, 3, 14, 6, 0)  # noqa: DTZ001 - the mistake itself

    with pytest.raises(ValueError, match="without a zone"):
        store.confirm(Confirmation("announce", "d", "anna", "", naive))

    assert store.confirmations() == []


def test_the_ttl_journal_is_found_by_name_and_type(store):
    """The journal gives all, those of a name, or those of a name and a type."""
    mx = TtlObservation("example.org.", "MX", 86400, "10 mx.old.example.", "ns1", NOON)
    txt = mx._replace(rtype="TXT", ttl=None, value="")
    other = mx._replace(name="example.net.")

    store.observe_ttls([mx, txt, other])

    assert store.ttl_journal() == [mx, txt, other]
    assert store.ttl_journal("example.org.") == [mx, txt]
    assert store.ttl_journal("example.org.", "MX") == [mx]


def test_a_dns_change_tells_its_story(path):
    """A change is planned with its inverse before anything else; events follow in order."""
    clock = Hands()
    with writer(path, clock) as store:
        number = store.plan_dns_change(
            kind="switch",
            domain="example.org",
            driver="rfc2136",
            change={"after": 2},
            inverse={"after": 1},
        )
        for event in ("started", "applied", "read-back"):
            clock.move(timedelta(seconds=1))
            store.dns_event(number, event, f"{event} it")
        (change,) = store.dns_changes()

    assert [e for e, _, _ in change.events] == ["planned", "started", "applied", "read-back"]
    assert change.when("planned") == NOON
    assert change.events[-1] == ("read-back", "read-back it", NOON + timedelta(seconds=3))
    assert (change.change, change.inverse) == ({"after": 2}, {"after": 1})


def test_a_delivery_is_what_its_last_look_saw(store):
    """Each look appends; the last one of a token counts, in the order of sending."""
    sent = DeliveryRecord("t1", "anna@example.org", "mx1 [192.0.2.1]:25", NOON, "250 ok")
    later = sent._replace(token="t2", sent_at=NOON + timedelta(minutes=1), found_on=())
    found = sent._replace(found_on=("new", "old"), seconds=2.5)

    for one in (later, sent, found):
        store.record_delivery(one)

    assert store.deliveries() == [found, later]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("runs", "command"),
        ("run_ends", "outcome"),
        ("plans", "data"),
        ("plan_uses", "digest"),
        ("results", "outcome"),
        ("verdicts", "data"),
        ("confirmations", "by"),
        ("waivers", "until"),
        ("overrides", "reason"),
        ("ttls", "ttl"),
        ("dns_changes", "inverse"),
        ("dns_events", "event"),
        ("deliveries", "found_on"),
        ("sync_ends", "state"),
    ],
)
def test_history_refuses_to_be_rewritten(path, table, column):
    """No UPDATE, no DELETE, and no REPLACE through the back door, on any history table."""
    _one_of_everything(path)

    with closing(sqlite3.connect(path)) as db:
        register(db)  # as this program would; without it, another program cannot write at all
        db.execute("PRAGMA recursive_triggers = ON")
        before = db.execute(f"SELECT * FROM {table}").fetchall()
        for sql in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"REPLACE INTO {table} SELECT * FROM {table}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="history: it only grows"):
                db.execute(sql)
        assert before
        assert db.execute(f"SELECT * FROM {table}").fetchall() == before


def _one_of_everything(path) -> None:
    with writer(path) as store:
        run = store.begin_run("preflight", "p")
        store.save_plan("p", {})
        store.add_result(run, result("a"))
        store.save_verdict(run, {})
        store.end_run(run, "GO")
        store.confirm(Confirmation("a", "d", "anna", "", NOON))
        store.waive(Waiver("a", "anna", "why", NOON, NOON))
        store.override(Override("cutover", "NO-GO", "why", "anna", NOON))
        store.observe_ttls([TtlObservation("n", "MX", 1, "v", "s", NOON)])
        store.plan_dns_change(kind="switch", domain="d", driver="m", change={}, inverse={})
        store.record_delivery(DeliveryRecord("t", "r", "v", NOON, "250"))
        store.sync.account_done("anna@example.org", state="done", at=NOON)


def test_a_reader_sees_one_moment_while_a_writer_works(store, path):
    """A reader is not held up by a writer and sees nothing change under its eyes."""
    run = store.begin_run("preflight", "p")
    with Store.read(path) as before:
        store.add_result(run, result("a"))

        assert before.results() == []
    with Store.read(path) as after:
        assert [r.step for r in after.results()] == ["a"]


def test_a_reader_changes_no_byte(path):
    """Reading leaves the state file as it was, to the byte."""
    _one_of_everything(path)
    before = path.read_bytes()

    with Store.read(path) as store:
        assert store.runs()
        assert store.sync.totals()

    assert path.read_bytes() == before


def test_a_reader_cannot_write(store, path):
    """A store opened to read refuses every write in words."""
    with Store.read(path) as reader, pytest.raises(StateError, match="read-only"):
        reader.begin_run("report", "p")

    assert store.runs() == []


def test_threads_share_a_store(store):
    """Many threads write and read through one store; nothing is lost and ids are unique."""
    run = store.begin_run("preflight", "p")
    numbers: list[int] = []
    start = threading.Barrier(8)

    def work(worker: int) -> None:
        start.wait()
        for n in range(25):
            store.add_result(run, result(f"{worker}-{n}"))
            numbers.append(store.begin_run("sync", "p"))
            store.latest_results()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.results(run)) == 200
    assert len(set(numbers)) == 200


def test_closing_twice_is_harmless(path):
    """Closing a store again does nothing."""
    store = writer(path)

    store.close()
    store.close()

    assert path.exists()


def test_replies_are_kept_until_their_look_is_over(store):
    """The last reply to each address, of one server, not older than wanted; gone when let go, and no history."""
    here, there = "mx1 [192.0.2.1]:25", "mx2 [192.0.2.2]:25"
    early, late = NOON, NOON + timedelta(minutes=5)
    store.keep_replies([RecipientRecord(here, "a@x", 450, "later", early)])
    store.keep_replies([RecipientRecord(here, a, 250, "ok", late) for a in ("a@x", "b@x")])
    store.keep_replies([RecipientRecord(there, "a@x", 550, "no", early)])

    assert [(r.address, r.code, r.at) for r in store.kept_replies(here, early)] == [
        ("a@x", 250, late),
        ("b@x", 250, late),
    ]
    assert store.kept_replies(there, late) == []
    store.forget_replies(here, ["a@x", "c@x"])
    assert [r.address for r in store.kept_replies(here, early)] == ["b@x"]
    assert [r.address for r in store.kept_replies(there, early)] == ["a@x"]
    assert store.head() == (0, "")
