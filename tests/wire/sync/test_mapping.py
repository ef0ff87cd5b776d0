"""The mapping of folders as `sync --dry-run` shows it, read from two servers."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner

from migrate_mail.cli.guard import guarded
from migrate_mail.cli.sync import sync
from migrate_mail.finding import utc_now
from support.moving import ANNA, AT, message

app = typer.Typer()
app.command()(guarded(sync))

YAML = """\
schema: migrate-mail/migration/v1
name: test
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: imap.old.example, ca: ca.pem, secret: "env:TEST_PASSWORD"}}
  new:
    mx: [{{host: mx.new.example}}]
    imap: {{host: imap.new.example, ca: ca.pem, secret: "env:TEST_PASSWORD"}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect:
  "imap.old.example:993": "127.0.0.1:{old}"
  "imap.new.example:993": "127.0.0.1:{new}"
sync:
  folders:
    map: {{"Work/*": "Archive/*", "Nowhere": "Somewhere"}}
    exclude: ["Junk/*", '\\Trash']
  messages:
    skip: {{older_than: 1y, larger_than: 5kB}}
"""


@pytest.fixture
def project(move, monkeypatch):
    """Give the path of a migration.yaml with rules."""
    base = move.inventory.base
    path = base / "migration.yaml"
    path.write_text(YAML.format(old=move.old.port, new=move.new.port))
    (base / "accounts.csv").write_text(f"address\n{ANNA}\n")
    monkeypatch.setenv("TEST_PASSWORD", "pw")
    return path


def dry_run(project, *arguments):
    """Run the command and return what it says."""
    done = CliRunner().invoke(app, ["--migration", str(project), "--dry-run", *arguments])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_dry_run_shows_rules_reasons_and_what_is_left_out(move, project):
    """Rules are written with `/` whatever the servers use; each folder says where it goes and why."""
    for name in ("Work/Grün", "Junk/2020", "Papierkorb", "Junk"):
        move.old.deliver(ANNA, name, message(1), date=utc_now() - timedelta(days=1))

    lines = [" ".join(line.split()) for line in dry_run(project).splitlines()]

    assert any(
        line.startswith("Work/Grün -> INBOX.Archive.Grün 1 of 1 to copy")
        and line.endswith("; rule `Work/*`")
        for line in lines
    )
    assert any(line.startswith("Junk/2020 -- left out: excluded by `Junk/*`") for line in lines)
    assert any(
        line.startswith("Papierkorb -- left out: excluded by `\\Trash`") for line in lines
    )
    assert any(line.startswith("warning: rule `Nowhere`") for line in lines)


def test_dry_run_counts_what_is_skipped_by_reason(move, project):
    """Old and large messages are not counted as to be copied, and the reason says how to get them."""
    now = utc_now()
    move.old.deliver(ANNA, "INBOX", message(1), date=now - timedelta(days=1))
    move.old.deliver(ANNA, "INBOX", message(2, size=9000), date=now - timedelta(days=1))
    move.old.deliver(ANNA, "INBOX", message(3), date=AT.replace(year=2020))

    [account] = json.loads(dry_run(project, "--json"))["accounts"]
    inbox = next(f for f in account["folders"] if f["old"] == "INBOX")

    assert (inbox["messages"], inbox["to_copy"]) == (3, 1)
    reasons = {s["reason"].partition(":")[0]: s["messages"] for s in inbox["skipped"]}
    assert reasons == {"larger than 5kB": 1, "older than 1y": 1}
