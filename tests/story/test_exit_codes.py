"""Each documented exit code, produced by a real command. 70 is a bug: see tests/unit/cli/test_guard.py."""

from __future__ import annotations

import json
import signal
import subprocess

from migrate_mail.errors import ExitCode
from support.commands import COMMAND


def test_every_code_but_a_bug(office):
    """0 done, 1 NO-GO, 2 usage, 3 cannot tell, 4 refused, 130 interrupted; `--json` changes none."""
    lab = office.lab
    office.run("validate", "migration.yaml", ends=ExitCode.GO)
    office.run("preflight", "--only", "mx-targets", ends=ExitCode.NO_GO)
    office.run("preflight", "--only", "mx-targets", "--json", ends=ExitCode.NO_GO)
    office.run("preflight", "--only", "no-such-step", ends=ExitCode.USAGE)
    office.run("no-such-command", ends=ExitCode.USAGE)
    office.run("sync", "--jobs", "0", ends=ExitCode.USAGE)
    office.run("cutover", "--yes", ends=ExitCode.REFUSED)
    office.run("cutover", "--yes", "--json", ends=ExitCode.REFUSED)
    office.run("cutover", ends=ExitCode.REFUSED)
    lab.old.imap.faults.refuse.add("anna")
    office.run("sync", "--only", "anna@*", ends=ExitCode.CANNOT_TELL)
    lab.new.smtp.faults.greeting = "hang"
    with office.admin.start("preflight", "--only", "smtp-reach", "--json") as running:
        running.wait_until(lambda: lab.new.smtp.transports)
        running.end(signal.SIGINT, ends=ExitCode.INTERRUPTED)


def test_invalid_file_changes_nothing(office):
    """A mistake in migration.yaml ends every command with 2, before a state file is made."""
    office.edit("domains:", "domain:")

    for words in (
        ["validate", "migration.yaml"],
        ["preflight"],
        ["sync"],
        ["cutover", "--yes"],
    ):
        said = office.run(*words, ends=ExitCode.USAGE)
        assert "migration.yaml:" in said.err
        assert "did you mean `domains`" in said.err
    assert not office.state.exists()


def test_a_pipe_that_closes_early(office):
    """`report | head` ends in peace: no traceback, no complaint about a broken pipe."""
    office.run("preflight", ends=ExitCode.NO_GO)
    process = subprocess.Popen(
        [*COMMAND, "report", "--json"],
        cwd=office.admin.folder,
        env=office.admin.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()

    assert err == b""
    assert process.returncode == ExitCode.GO


def test_json_on_stdout_stays_json_when_it_fails(office):
    """A refused or failing command with `--json` prints no half document."""
    for words in (["cutover", "--yes", "--json"], ["report", "--json"], ["rollback", "--json"]):
        said = office.run(*words, ends=None)
        assert said.out == "" or json.loads(said.out)
