"""`verify --mailboxes` sees what is missing, what differs, and says how sure it is."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from migrate_mail.cli.guard import guarded
from migrate_mail.cli.verify import verify
from migrate_mail.finding import utc_now
from migrate_mail.sync.proof import Depth, Sample, prove
from support.moving import ANNA, AT, BERT, doors_for, fill, message

DEEP = Depth(deep=True)
ALL = Depth(sample=1000)


def _prove(move, depth=ALL, **options):
    account = move.inventory.accounts[0]
    return prove(
        account, doors_for(move.inventory), depth,
        known={}, now=utc_now(), tell=lambda *_: None, **options,
    )  # fmt: skip


def _spoil(move, folder: str, index: int, body: bytes) -> None:
    """Replace a message at new by another of the same size, Message-ID, flags and date."""
    there = move.new.messages(ANNA, folder)[index]
    assert len(body) == len(there.body)
    move.new.remove(ANNA, folder, there.uid)
    move.new.deliver(ANNA, folder, body, flags=list(there.flags), date=there.date)


@pytest.mark.parametrize("depth", [DEEP, ALL, Depth(sample=3)])
def test_what_was_synced_is_proved(move, depth):
    """All folders, all messages, and contents as far as they were asked for."""
    fill(move.old)
    move.sync()

    proof = _prove(move, depth)

    assert (proof.missing, proof.different, proof.unseen) == (0, 0, False)
    assert sum(f.old_messages for f in proof.folders) == 14
    assert not move.old.verbs() & {"SELECT", "UID STORE", "APPEND"}


@pytest.mark.parametrize("depth", [DEEP, ALL])
def test_other_bytes_are_found(move, depth):
    """A body that was altered without changing size, id, flags and date is found by reading it."""
    fill(move.old)
    move.sync()
    first = move.new.messages(ANNA, "INBOX.Work.2024")[0].body
    _spoil(move, "INBOX.Work.2024", 0, first.replace(b"yyy", b"zzz"))

    proof = _prove(move, depth)

    assert proof.missing + proof.different == 1


def test_a_sample_can_be_drawn_again(move):
    """The same seed draws the same messages; another one draws others."""
    fill(move.old)
    move.sync()

    def read(seed):
        move.old.log.clear()
        _prove(move, Depth(sample=4, seed=seed))
        return [e.text for e in move.old.log if "BODY.PEEK[]" in e.text]

    assert read(1) == read(1)
    assert any(read(1) != read(seed) for seed in (2, 3, 4))


@pytest.mark.parametrize(
    ("sample", "bound"),
    [(Sample(59, 10_000), 0.0495), (Sample(299, 10_000), 0.00997), (Sample(20, 20), 0.0), (Sample(0, 5), 1.0)],
)  # fmt: skip
def test_how_sure_a_sample_makes(sample, bound):
    """59 equal ones leave 5 % open, 299 one percent, all of them nothing, none everything."""
    assert sample.bound == pytest.approx(bound, abs=1e-4)


def _run(project, *options):
    app = typer.Typer()
    app.command()(guarded(verify))
    words = ["--migration", str(project), "--mailboxes", *options]
    return CliRunner().invoke(app, words)


def test_the_command_names_what_is_missing(move, project):
    """Exit 0 and a proof in words; with a message lost exit 1, and its folder, UID, date and id."""
    fill(move.old)
    fill(move.old, BERT)
    move.sync_all()
    good = _run(project)
    assert good.exit_code == 0, good.output
    assert "2 of 2 accounts are proved equal" in good.stdout
    move.new.remove(ANNA, "INBOX.Sent", move.new.messages(ANNA, "INBOX.Sent")[2].uid)
    bad = _run(project, "--only", ANNA, "--json")
    assert bad.exit_code == 1
    (account,) = json.loads(bad.stdout)["accounts"]
    lost = [m for f in account["folders"] for m in f["missing"]]
    assert [(m["folder"], m["what"]) for m in lost] == [("Sent", "<30@example.net>")]
    assert "MISSING" in _run(project, "--deep").stdout


def test_new_mail_at_new_is_no_fault(move, project):
    """After the switch new has more than old: that is told, and equal it is."""
    fill(move.old)
    move.sync_all()
    move.new.deliver(ANNA, "INBOX", message(90), date=AT)
    said = _run(project)
    assert said.exit_code == 0
    assert "1 only at new" in said.stdout


def test_who_cannot_be_looked_at_is_not_proved(move, project):
    """A login that is refused gives exit 3, never a pass."""
    fill(move.old)
    move.sync_all()
    move.new.faults.refuse = {BERT}
    said = _run(project)
    assert said.exit_code == 3
    assert f"??  {BERT}" in said.stdout
    assert "1 of 2 accounts" in said.stdout
