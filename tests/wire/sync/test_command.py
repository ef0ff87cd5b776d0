"""`migrate-mail sync` as people and scripts run it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import typer
from typer.testing import CliRunner

from migrate_mail.cli.guard import guarded
from migrate_mail.cli.sync import sync
from migrate_mail.state.store import Store
from support.moving import ANNA, AT, BERT, assert_same, fill, message

app = typer.Typer()
app.command()(guarded(sync))
PASSWORD = "pw"


def run(project, *arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["--migration", str(project), *arguments])


def test_dry_run_shows_the_plan_and_changes_nothing(move, project):
    """Folders with what they become and counts; no state file, nothing at new."""
    fill(move.old)
    result = run(project, "--dry-run")
    assert result.exit_code == 0, result.stderr
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert any(
        line.startswith("Work/2024 -> INBOX.Work.2024 2 of 2 to copy (")
        and line.endswith(", to be made")
        for line in lines
    )
    assert "at most 14 messages to copy" in lines[-1]
    assert lines[-1].endswith("nothing was changed")
    assert not move.state.exists()
    assert move.new.verbs() <= {
        "AUTHENTICATE", "CAPABILITY", "NAMESPACE", "LIST", "LSUB", "STATUS", "EXAMINE", "LOGOUT",
    }  # fmt: skip


def test_dry_run_knows_what_was_copied(move, project):
    """After a sync there is nothing left to copy."""
    fill(move.old)
    assert run(project).exit_code == 0
    move.old.deliver(ANNA, "INBOX", message(50), date=AT)
    result = run(project, "--dry-run", "--json", "--only", "anna@*")
    [account] = json.loads(result.stdout)["accounts"]
    assert {f["old"]: f["to_copy"] for f in account["folders"]} == {
        "INBOX": 1, "Work/2024": 0, "Work/Grün & blau": 0, "Sent": 0, "Drafts": 0, "Empty": 0,
    }  # fmt: skip


def test_sync_says_what_it_did(move, project):
    """Exit 0, a line for each account, the sum; the run is recorded."""
    fill(move.old)
    result = run(project)
    assert result.exit_code == 0, result.stderr
    assert f"ok  {ANNA}: 14 copied" in result.stdout
    assert "2 of 2 accounts complete, 14 messages copied" in result.stdout
    assert_same(move)
    with Store.read(move.state) as store:
        [record] = store.runs()
        assert (record.command, record.outcome) == ("sync --phase stage", "done")
        totals = {t.account: t for t in store.sync.totals()}
    assert (totals[ANNA].copied, totals[ANNA].pending, totals[ANNA].failed) == (14, 0, 0)


def test_json_is_lines_of_progress_and_a_result(move, project):
    """Scripts read one JSON document a line; the last one is the result."""
    fill(move.old)
    result = run(project, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert {line["event"] for line in lines[:-1]} == {"progress"}
    assert all(
        {"seconds", "bytes_per_second", "seconds_left"} <= line.keys() for line in lines[:-1]
    )
    final = lines[-1]
    assert (final["event"], final["schema"]) == ("result", "migrate-mail/sync/v1")
    assert {a["account"]: (a["state"], a["copied"]) for a in final["accounts"]} == {
        ANNA: ("done", 14),
        BERT: ("done", 0),
    }


def test_failed_message_is_printed_by_name_and_exits_1(move, project):
    """What was not copied, and why, stands in the output."""
    move.old.deliver(ANNA, "INBOX", message(6, text="BADBYTES"), date=AT)
    move.new.faults.poison = b"BADBYTES"
    result = run(project)
    assert result.exit_code == 1
    assert 'INBOX: UID 101 "Message 6": new refuses it:' in result.stdout.replace(
        f"UID {move.old.messages(ANNA)[0].uid}", "UID 101"
    )


def test_account_that_cannot_log_in_exits_3(move, project):
    """The other account is copied; the reason names the server, never the password."""
    fill(move.old, BERT)
    move.old.faults.refuse = {ANNA}
    result = run(project)
    assert result.exit_code == 3
    assert f"??  {ANNA}" in result.stdout
    assert f"ok  {BERT}: 14 copied" in result.stdout
    assert "imap.old.example" in result.stdout


def test_only_and_exclude_choose_accounts(move, project):
    """Globs choose; a glob that matches nobody is a typing error."""
    fill(move.old)
    fill(move.old, BERT)
    assert run(project, "--exclude", "ANNA@*").exit_code == 0
    assert move.new.folders(ANNA) == ["INBOX"]
    assert_same(move, BERT)
    result = run(project, "--only", "carl*")
    assert result.exit_code == 2
    assert "no account matches --only 'carl*'" in result.stderr


def test_missing_secret_fails_the_account_not_the_program(move, project, monkeypatch):
    """A secret that cannot be resolved is that account's reason."""
    monkeypatch.delenv("TEST_PASSWORD")
    result = run(project)
    assert result.exit_code == 3
    assert "TEST_PASSWORD" in result.stdout


def test_state_file_in_use_is_refused(move, project):
    """Two syncs at a time would double mail: the second one says who holds the file."""
    with Store.open(move.state, command="cutover"):
        result = run(project)
    assert result.exit_code == 2
    assert "cutover" in result.stderr


def test_the_ledger_names_what_was_not_copied(move, project):
    """After a sync every number adds up, and what new refused stands in text, JSON and CSV by name."""
    from migrate_mail.cli.ledger import ledger

    def ask(*options):
        app = typer.Typer()
        app.command()(guarded(ledger))
        return CliRunner().invoke(app, ["--migration", str(project), *options])

    fill(move.old)
    move.new.faults.poison = b"Message 3\r\n"
    assert run(project).exit_code == 1
    text, data = ask("--folders"), ask("--json", "--csv", str(project.parent / "not.csv"))
    assert text.exit_code == data.exit_code == 1
    assert (
        "14 found in 6 folders = 13 copied + 0 there already + 0 skipped + 1 failed"
        in text.stdout
    )
    assert "it adds up" in text.stdout
    (named,) = json.loads(data.stdout)["not_copied"]
    assert (named["folder"], named["subject"], named["kind"]) == (
        "INBOX",
        "Message 3",
        "failed",
    )
    assert named["reason"]
    assert named["remedy"]
    assert "Message 3" in (project.parent / "not.csv").read_text()


def test_retry_failed_tries_only_those(move, project):
    """An account that ended well is left alone; when nothing is left to do that is said."""
    fill(move.old)
    fill(move.old, BERT)
    move.new.faults.poison = b"Message 3\r\n"
    assert run(project, "--only", ANNA).exit_code == 1
    move.new.faults.poison = None
    assert run(project, "--only", BERT).exit_code == 0
    result = run(project, "--retry-failed")
    assert result.exit_code == 0
    assert f"{ANNA}: 1 copied" in result.stdout
    assert BERT not in result.stdout
    again = run(project, "--retry-failed")
    assert again.exit_code == 0
    assert "nothing to try again" in again.stderr


def test_logins_are_checked_and_nothing_is_copied(move, project):
    """Who cannot log in is told for each side; the exit code says that not all can."""
    fill(move.old)
    move.old.faults.refuse = {ANNA}
    result = run(project, "--check-logins")
    assert result.exit_code == 3
    assert f"{ANNA} at old" in result.stdout
    assert "1 of 2 accounts" in result.stdout
    move.old.faults.refuse = set()
    assert run(project, "--check-logins", "--json").exit_code == 0
    assert not move.new.verbs() & {"APPEND", "CREATE"}


def test_dry_run_with_probe_tries_new_out(move, project):
    """--dry-run --probe says what new does to messages; without --probe new gets no command that writes."""
    fill(move.old)
    assert run(project, "--dry-run").exit_code == 0
    assert not move.new.verbs() & {"CREATE", "APPEND", "DELETE"}
    said = run(project, "--dry-run", "--probe")
    assert said.exit_code == 0
    assert f"tried out in a scratch folder of {ANNA}" in said.stdout
    assert move.new.folders(ANNA) == ["INBOX"]
    data = json.loads(run(project, "--dry-run", "--probe", "--json").stdout.splitlines()[-1])
    assert data["probe"]["findings"] == []


def test_dry_run_estimates_from_a_sample(move, project):
    """More than a few megabytes: the time is reckoned from messages that were really read."""
    for n in range(6):
        move.old.deliver(ANNA, "INBOX", message(n, size=1_000_000), date=AT)
    said = run(project, "--dry-run")
    assert "about 1 s, if new stores as fast as old gave a sample" in said.stdout


def test_a_phase_that_does_not_fit_is_refused(move, project):
    """Before the switch there is nothing to drain: exit 2, nobody is dialled, and what fits is named."""
    result = run(project, "--phase", "drain")
    assert result.exit_code == 2
    assert "phase drain does not fit" in result.stderr
    assert "--phase stage" in result.stderr
    assert not move.old.log


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_removals_are_named(move, project, dry):
    """--delete says what goes, before it goes and after."""
    fill(move.old)
    assert run(project).exit_code == 0
    move.old.remove(ANNA, "INBOX", move.old.messages(ANNA)[0].uid)
    result = run(project, "--delete", *dry)
    assert result.exit_code == 0
    assert "Message 1" in result.stdout
    assert len(move.new.messages(ANNA)) == (7 if dry else 6)


def test_more_than_may_go_is_refused(move, project):
    """Over --max-delete nothing is removed: exit 4, with the list and the number to give."""
    fill(move.old)
    assert run(project).exit_code == 0
    move.old.remove(ANNA, "INBOX", move.old.messages(ANNA)[0].uid)
    result = run(project, "--delete", "--max-delete", "0")
    assert result.exit_code == 4
    assert "--max-delete 1" in result.stdout
    assert len(move.new.messages(ANNA)) == 7
    assert run(project, "--max-delete", "5").exit_code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_stops_at_a_message_boundary(move, project, number):
    """Ctrl-C: exit 130, how to go on, and no message in doubt."""
    move.new.faults.without = {"MULTIAPPEND"}
    for n in range(2000):
        move.old.deliver(ANNA, "INBOX", message(n), date=AT)
    command = "from migrate_mail.cli.sync import sync; import typer; typer.run(sync)"
    with subprocess.Popen(
        [sys.executable, "-c", command, "--migration", str(project), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while move.appends() < 10:
            assert time.monotonic() < deadline, "nothing is copied"
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=40)
    assert process.returncode == 130, err
    assert "Run the same command again to go on" in err
    final = json.loads(out.splitlines()[-1])
    copied = {a["account"]: a["copied"] for a in final["accounts"]}[ANNA]
    assert 0 < copied < 2000
    assert len(move.new.messages(ANNA)) == copied
    with Store.read(move.state) as store:
        assert [t.pending for t in store.sync.totals() if t.account == ANNA] == [0]
        assert store.runs()[-1].outcome == "interrupted"
    outcome = move.sync()
    assert (outcome.copied, outcome.adopted) == (2000 - copied, 0)
    assert_same(move, targets={"INBOX": "INBOX"})


def _read_to_end(terminal: int) -> str:
    """Return what is shown on a terminal until everybody has closed it (Linux: EIO)."""
    shown = b""
    with contextlib.suppress(OSError):
        while some := os.read(terminal, 65536):
            shown += some
    return shown.decode()


def test_terminal_shows_a_live_bar(move, project):
    """On a terminal there is a bar with a rate; stdout has the summary only."""
    fill(move.old)
    main, terminal = pty.openpty()
    command = "from migrate_mail.cli.sync import sync; import typer; typer.run(sync)"
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(_read_to_end, main)
        done = subprocess.run(
            [sys.executable, "-c", command, "--migration", str(project)],
            stdout=subprocess.PIPE,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
            check=False,
            timeout=40,
        )
        os.close(terminal)
        shown = reading.result(10)
    os.close(main)
    assert done.returncode == 0
    assert "messages/s" in shown
    assert "\x1b[" in shown
    assert b"2 of 2 accounts complete" in done.stdout
    assert b"\x1b" not in done.stdout


def test_new_accounts_log_in_first_and_who_is_refused_is_left_out(move, project):
    """Named before the first byte, tried once, failed in the end; the others are copied."""
    fill(move.old)
    fill(move.old, BERT)
    move.old.faults.refuse = {ANNA}
    result = run(project)
    assert result.exit_code == 3
    assert result.stderr.index(f"??  {ANNA} at old") < result.stderr.index(f"{BERT}: done")
    assert "1 account cannot be opened" in result.stderr
    tries = [e for e in move.old.log if e.verb == "AUTHENTICATE"]
    assert len(tries) == 3  # anna once; bert to look, and to copy
    assert "name or password" in result.stdout
    assert_same(move, BERT)
    move.old.faults.refuse = set()
    again = run(project, "--retry-failed")
    assert (again.exit_code, "logging in" in again.stderr) == (0, False)
    assert_same(move)
    assert "logging in" not in run(project).stderr
