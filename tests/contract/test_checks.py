"""The contract of every check: it passes in a healthy world, and never mistakes silence for health."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.checks.registry import CHECKS
from migrate_mail.errors import SecretError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Inventory, Login
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene import scene
from migrate_mail.secret import Secret
from support.rude import Rude
from support.seeing import Eyes, changed, hurried, open_eyes, switched, written_down

LONGEST = 60
"""Seconds that a check may take in a world of five mail servers that say nothing."""
PATIENCE = 0.3
MAY_FAIL = {
    # Where a refusal is itself the answer: nobody can deliver to a port that is closed.
    ("smtp.reach", "closed"),
}

MAY_SKIP = {
    "clients.autoconfig",
    "clients.autodiscover",
    "clients.certificate",
    "dane.match",
    "dane.records",
    "dane.timing",
    "imap.room",
    "imap.unlisted",
}
"""Where nothing of the kind is in use, and nothing can be wrong with it."""
NOT_YET = {"decommission.leftovers", "decommission.time"}
"""What an hour after the switch cannot be well yet: old must stay, and be trusted."""
OF_THE_JOURNAL = {"contacts.people", "decommission.time", "ip.egress"}
"""What asks nobody outside: files and the state tell."""


def _an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def _past(eyes: Eyes, domain: str) -> None:
    """Let a switch be an hour ago, with a snapshot from before it."""
    eyes.journal.served.append(written_down(domain, _an_hour_ago() - timedelta(hours=1)))
    eyes.journal.changes.append(switched(domain, _an_hour_ago()))


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Eyes]]:
    """Give a company after its move: synced, switched, all well."""
    with scene() as company:
        project = company.write_project(tmp_path_factory.mktemp("moved") / "project")
        eyes = open_eyes(project, change=hurried)
        eyes.sync()
        company.switch_mx()
        company.let_old_pass_on()
        _past(eyes, company.domain)
        yield company, eyes


def _rerouted(inventory: Inventory, address: str) -> Inventory:
    """Return the inventory with every server replaced by one."""
    connect = dict.fromkeys(inventory.spec.connect, address)
    return changed(hurried(inventory, 0.2), connect=connect, resolvers=[address])


@pytest.mark.parametrize("name", CHECKS)
def test_a_healthy_world_passes(name: str, moved: tuple[Company, Eyes]):
    """After a move in which nothing went wrong every check passes, and says so with evidence or numbers."""
    findings = moved[1].see(name)
    wanted = {Outcome.SKIP} if name in MAY_SKIP else {Outcome.PASS}
    wanted = {Outcome.FAIL} if name in NOT_YET else wanted
    assert {f.outcome for f in findings} == wanted, findings
    assert all(f.evidence or f.args for f in findings)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("manner", ["closed", "silent", "garbage", "drop"])
def test_a_world_that_does_not_answer_is_unknown(
    name: str, manner: str, moved: tuple[Company, Eyes]
):
    """Dead, silent and babbling servers give `unknown` with a reason, no exception, and in time."""
    company, well = moved
    with Rude(manner) as rude:
        eyes = open_eyes(
            well.inventory.path,
            change=lambda inventory: _rerouted(inventory, rude.address),
            patience=PATIENCE,
        )
        _past(eyes, company.domain)
        began = time.monotonic()
        findings = eyes.see(name)
        assert time.monotonic() - began < LONGEST
    if name in OF_THE_JOURNAL:
        assert Outcome.UNKNOWN not in {f.outcome for f in findings}
        return
    wanted = Outcome.FAIL if (name, manner) in MAY_FAIL else Outcome.UNKNOWN
    assert {f.outcome for f in findings} == {wanted}, findings
    assert all(_reason(f) for f in findings)


def _reason(finding: Finding) -> bool:
    return any(finding.args.get(name) for name in ("text", "status", "reply", "faults"))


@pytest.mark.parametrize("name", CHECKS)
def test_what_fails_can_be_mended(name: str, moved: tuple[Company, Eyes]):
    """Whatever fails comes with a fix, wherever the check is pointed."""
    findings = moved[1].see(name)
    with Rude("closed") as rude:
        eyes = open_eyes(
            moved[1].inventory.path,
            change=lambda i: _rerouted(i, rude.address),
            patience=PATIENCE,
        )
        findings += eyes.see(name)
    assert [f for f in findings if f.outcome is Outcome.FAIL and not f.fix] == []


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_to_look_at_is_no_pass(name: str, moved: tuple[Company, Eyes]):
    """A migration without accounts or addresses gives findings still, and none of them is a pass by default."""
    eyes = open_eyes(moved[1].inventory.path, change=hurried)
    empty = Inventory(eyes.inventory.spec, eyes.inventory.path, (), (), "empty")
    findings = replace(eyes, context=replace(eyes.context, inventory=empty)).see(name)
    assert findings
    if name.startswith(("imap.", "mail.")) or name == "smtp.recipients":
        assert {f.outcome for f in findings} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("name", [n for n in CHECKS if n.startswith(("imap.", "mail."))])
def test_a_secret_that_is_missing_is_unknown(name: str, moved: tuple[Company, Eyes]):
    """A password that cannot be read costs only the findings that need it, and is not in them."""

    def secret(login: Login) -> Secret:
        raise SecretError(f"the secret {login.secret} is not there", hint="put it there")

    eyes = open_eyes(moved[1].inventory.path, change=lambda i: hurried(i, 0.2))
    _past(eyes, moved[0].domain)
    findings = replace(eyes, context=replace(eyes.context, secret=secret)).see(name)
    assert {f.outcome for f in findings} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("name", CHECKS)
def test_no_password_is_in_a_finding(name: str, moved: tuple[Company, Eyes]):
    """Findings go into reports and to other people's desks."""
    company, eyes = moved
    passwords = [p for e in company.employees for p in (e.old_password, e.new_password)]
    text = repr(eyes.see(name))
    assert [p for p in passwords if p in text] == []
