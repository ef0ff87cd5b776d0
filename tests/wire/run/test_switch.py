"""The commands cutover and rollback on a small company: the gate, the proof, the way back."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrate_mail.lab.company import Company
from migrate_mail.state.store import Store

SITE = """\
schema: migrate-mail/checklist/v1
name: Site
defaults: {owner: mail-admin, severity: blocker}
stages:
  - id: ready
    phase: preflight
    steps:
      - id: ready
        manual: {do: See that new is ready}
  - id: after
    phase: cutover
    steps:
      - id: mx-published
        check: dns.mx_published
        with: {system: new}
        for_each: domains
      - id: relay
        manual: {do: Have old pass on what it gets}
        rollback: {do: Have old deliver again, takes: 10m}
  - id: close
    phase: close
    steps:
      - id: old-off
        manual: {do: Cancel old}
        rollback: {none: true, because: the disks are wiped}
"""


@dataclass(frozen=True)
class Office:
    """An admin at the company, with a short checklist of their own."""

    lab: Company
    migration: Path

    def run(self, *words: str, ends: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command; it must end with that exit code and without a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "migrate_mail", *words],
            cwd=self.migration.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == ends, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        for secret in (self.migration.parent / "secrets").iterdir():
            assert secret.read_text().strip() not in done.stdout + done.stderr
        return done

    def ready(self) -> None:
        """Copy the mailboxes and confirm what the gate waits for."""
        self.run("sync")
        self.run("confirm", "ready", "--by", "Mia")

    def mx(self) -> tuple[int, list[str]]:
        """Return the MX as published."""
        return self.lab.rrset(self.lab.domain, "MX")

    def read(self) -> Store:
        """Open the state file to read."""
        return Store.read(self.migration.parent / "migration.state")


OLD_MX = (300, ["10 mx1.oldhost.example."])
NEW_MX = (300, ["10 mx1.newhost.example."])


@pytest.fixture
def office(lab: Company, project: Path) -> Office:
    """Give the office; the switch asks for one thing only, the confirmation of `ready`."""
    text = project.read_text()
    assert '["builtin:core"]' in text
    text = text.replace('["builtin:core"]', '["site.yaml"]')
    project.write_text(text.replace("cutover: {", "cutover: {point_of_no_return: old-off, "))
    (project.parent / "site.yaml").write_text(SITE)
    return Office(lab, project)


def test_no_go_is_refused(office):
    """Without GO the MX stays, the reasons are said, and the way to accept it."""
    said = office.run("cutover", "--yes", ends=4)

    assert office.mx() == OLD_MX
    assert "the gate says NO-GO" in said.stderr
    assert "waits for a person" in said.stderr
    assert "--override REASON" in said.stderr
    with office.read() as store:
        assert store.dns_changes() == []
        assert store.runs()[-1].outcome == "refused"


def test_no_switch_before_the_mailboxes_are_copied(office):
    """GO of the checklist is not enough: users would find empty mailboxes."""
    office.run("confirm", "ready", "--by", "Mia")

    said = office.run("cutover", "--yes", ends=4)

    assert office.mx() == OLD_MX
    assert "4 of 4 mailboxes were not copied to the end: anna@lindenhof.example" in said.stderr


def test_go_switches_and_runs_the_steps_after(office):
    """With GO the MX is switched and proved, and the steps of phase cutover are run."""
    office.ready()

    done = json.loads(office.run("cutover", "--yes", "--by", "Ben", "--json").stdout)

    assert office.mx() == NEW_MX
    assert done["plan"]["verdict"] == "GO"
    assert [e["event"] for e in done["changes"][0]["events"]][-1] == "read-back"
    assert done["steps"] == [{"step": f"mx-published[{office.lab.domain}]", "outcome": "pass"}]
    with office.read() as store:
        assert (store.runs()[-1].by, store.runs()[-1].outcome) == ("Ben", "done")


def test_cutover_again_changes_nothing(office):
    """A second cutover finds new in place; it needs no gate, for nothing is at stake."""
    office.ready()
    office.run("cutover", "--yes")
    updates = len(office.lab.ns1.updates)

    said = office.run("cutover", "--yes")

    assert "nothing was changed" in said.stdout
    assert len(office.lab.ns1.updates) == updates


def test_override_is_recorded_and_reported(office):
    """Who goes against the gate leaves name and reason in every report after."""
    office.run("cutover", "--yes", "--override", "old burns down", "--by", "Ben")

    assert office.mx() == NEW_MX
    with office.read() as store:
        override = store.overrides()[-1]
    assert (override.command, override.verdict) == ("cutover", "NO-GO")
    report = office.run("report").stdout
    assert "old burns down" in report
    assert "Ben" in report


def test_empty_override_is_no_reason(office):
    """An override without a reason is a mistake."""
    office.run("cutover", "--yes", "--override", "  ", ends=2)

    assert office.mx() == OLD_MX


def test_dry_run_shows_and_changes_nothing(office):
    """The plan is on stdout with both states; neither DNS nor the state file changes."""
    office.ready()
    state = office.migration.parent / "migration.state"
    with office.read() as store:
        runs = store.runs()

    said = office.run("cutover", "--dry-run")

    assert "10 mx1.oldhost.example." in said.stdout
    assert "10 mx1.newhost.example." in said.stdout
    assert "The verdict is GO; to apply this plan: migrate-mail cutover --plan" in said.stdout
    assert office.mx() == OLD_MX
    assert state.exists()
    with office.read() as store:
        assert store.runs() == runs
        assert store.ttl_journal() == []


def test_dry_run_without_a_state_file(office):
    """Before anything was recorded the plan can be shown, and no state file is made."""
    said = office.run("cutover", "--dry-run")

    assert "nothing was looked at yet" in said.stdout
    assert not (office.migration.parent / "migration.state").exists()


def test_reviewed_plan_is_applied_and_no_other(office):
    """`--plan` makes the switch refuse when DNS was changed since the review."""
    office.ready()
    plan = json.loads(office.run("cutover", "--dry-run", "--json").stdout)["plan"]
    office.lab.set_rrset(office.lab.domain, "MX", 120, ["10 mx1.oldhost.example."])

    said = office.run("cutover", "--yes", "--plan", plan["checksum"][:16], ends=4)

    assert "since it was reviewed" in said.stderr
    assert office.mx() == (120, OLD_MX[1])

    office.lab.set_rrset(office.lab.domain, "MX", *OLD_MX)
    office.run("cutover", "--yes", "--plan", plan["checksum"][:16])
    assert office.mx() == NEW_MX


def test_without_terminal_and_yes_it_is_refused(office):
    """Nobody can be asked, and nobody said yes: nothing is done, not even a look."""
    office.ready()

    assert "--yes" in office.run("cutover", ends=4).stderr
    assert "--yes" in office.run("rollback", "--apply", ends=4).stderr
    assert office.mx() == OLD_MX


@pytest.mark.parametrize(("typed", "ends"), [("lindenhof.example", 0), ("yes", 4)])
def test_on_a_terminal_the_domain_is_typed(office, typed, ends):
    """A person types the domain; anything else changes nothing."""
    office.ready()
    here, there = pty.openpty()
    os.write(here, f"{typed}\n".encode())

    process = subprocess.Popen(
        [sys.executable, "-m", "migrate_mail", "cutover"],
        cwd=office.migration.parent, stdin=there, stderr=there, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(there)
    shown = _read_all(here)

    assert process.wait(30) == ends, shown
    assert "Type `lindenhof.example` to change DNS now:" in shown
    assert office.mx() == (OLD_MX if ends else NEW_MX)


def _read_all(terminal: int) -> str:
    """Read a terminal until its other end is closed."""
    parts = []
    try:
        while part := os.read(terminal, 4096):
            parts.append(part)
    except OSError:  # Linux says EIO when the other end is gone
        pass
    os.close(terminal)
    return b"".join(parts).decode()


def test_an_unproved_switch_is_settled_before_the_gate(office):
    """A switch that one name server lagged behind is ended by the next run, not refused for being open."""
    office.ready()
    office.lab.break_dns(office.lab.ns2, "stale")
    said = office.run("cutover", "--yes", "--wait", "1s", ends=3)
    assert "ns2.oldhost.example" in said.stderr
    office.lab.break_dns(office.lab.ns2, None)

    office.run("cutover", "--yes")

    with office.read() as store:
        assert [c.last_event for c in store.dns_changes()] == ["read-back"]


def test_rollback_restores_value_and_ttl(office):
    """After --apply the zone is as before the switch; doing it again changes nothing."""
    office.ready()
    office.lab.set_rrset(office.lab.domain, "MX", 240, ["10 mx1.oldhost.example."])
    before = office.mx()
    office.run("cutover", "--yes")
    office.run("confirm", "relay", "--by", "Mia")

    done = office.run("rollback", "--apply", "--yes")

    assert office.mx() == before
    assert "The MX is back at old" in done.stdout
    assert "Have old deliver again" in done.stdout
    assert "nothing to take back" in office.run("rollback", "--apply", "--yes").stdout


def test_rollback_of_what_a_person_took_back_already(office):
    """When somebody was quicker in the control panel, the rollback is recorded as proved."""
    office.ready()
    office.run("cutover", "--yes")
    office.lab.set_rrset(office.lab.domain, "MX", *OLD_MX)

    office.run("rollback", "--apply", "--yes")

    with office.read() as store:
        assert [c.kind for c in store.dns_changes()] == ["switch", "rollback"]
        assert store.dns_changes()[-1].last_event == "read-back"


def test_rollback_refuses_a_zone_that_somebody_changed(office):
    """What was published after the switch is not overwritten; the old records are shown."""
    office.ready()
    office.run("cutover", "--yes")
    office.lab.set_rrset(office.lab.domain, "MX", 300, ["10 filter.example."])

    said = office.run("rollback", "--apply", "--yes", ends=4)

    assert "somebody changed it after the switch" in said.stderr
    assert "lindenhof.example. 300 IN MX 10 mx1.oldhost.example." in said.stderr
    assert office.mx() == (300, ["10 filter.example."])


def test_past_the_point_of_no_return(office):
    """After old was cancelled the MX goes back only with a reason, which is recorded."""
    office.ready()
    office.run("cutover", "--yes")
    office.run("confirm", "old-off", "--by", "Mia")

    assert "PAST THE POINT OF NO RETURN" in office.run("rollback").stdout
    office.run("rollback", "--apply", "--yes", ends=4)
    assert office.mx() == NEW_MX

    office.run("rollback", "--apply", "--yes", "--override", "new is lost")
    assert office.mx() == OLD_MX
    with office.read() as store:
        assert store.overrides()[-1].command == "rollback"


def test_rollback_plan_is_offline_and_reads_only(office):
    """Without --apply no server is asked and the state file is not written to."""
    office.ready()
    office.lab.ns1.asked.clear()
    state = office.migration.parent / "migration.state"
    state.chmod(0o400)

    text = office.run("rollback").stdout
    data = json.loads(office.run("rollback", "--format", "json").stdout)
    markdown = office.run("rollback", "--format", "markdown").stdout

    assert "The way back, if the MX were switched now" in text
    assert data["stage"] == "before"
    assert data["steps"][0]["mark"] == "automatic"
    assert markdown.startswith("## The way back")
    assert office.lab.ns1.asked == []


def test_rollback_without_a_state_file(office):
    """Nothing was recorded: said, with the command that records something."""
    assert office.run("rollback", ends=2).stderr.startswith("error: ")
    assert office.run("rollback", "--format", "pdf", ends=2).stderr.startswith(
        "error: --format"
    )
