"""The shipped checklist binds, and holds what it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.checklist.builtin import names
from migrate_mail.checklist.load import load_checklist
from migrate_mail.checklist.model import Stage, Step
from migrate_mail.checks.registry import CHECKS
from migrate_mail.finding import Phase, Severity
from migrate_mail.run.bind import binding_complaints

CORE = load_checklist("builtin:core", Path.cwd())


def _steps() -> list[tuple[Stage, Step]]:
    return [(stage, step) for stage in CORE.value.stages for step in stage.steps]


def test_it_binds():
    """Every check exists, takes its parameters, and works for what it is repeated for."""
    assert binding_complaints(CORE) == []


def test_every_check_is_used():
    """A check that no step of a shipped checklist uses would not be run by anybody."""
    shipped = [load_checklist(f"builtin:{name}", Path.cwd()) for name in names()]
    assert [c for one in shipped for c in binding_complaints(one)] == []
    used = {place.step.check for one in shipped for place in one.steps}
    assert used - {None} == set(CHECKS)


def test_every_step_has_an_owner_that_every_migration_names():
    """`mail-admin` and `dns-admin` are the two people that a migration must have."""
    owners = {
        step.owner or stage.owner or CORE.value.defaults.owner for stage, step in _steps()
    }
    assert owners == {"mail-admin", "dns-admin"}


def test_each_phase_has_a_blocker():
    """No phase can be passed by doing nothing."""
    blocking = {
        stage.phase
        for stage, step in _steps()
        if (step.severity or CORE.value.defaults.severity) is Severity.BLOCKER
    }
    assert blocking == set(Phase)


def test_manual_steps_know_the_way_back():
    """Whatever a person does can be undone, or it is said why not; the last step is such a one."""
    manual = {step.id: step.rollback for _, step in _steps() if step.manual}
    assert None not in manual.values()
    assert [name for name, back in manual.items() if back.none] == ["old-off"]


@pytest.mark.parametrize("phase", [Phase.PREPARE, Phase.PREFLIGHT])
def test_nothing_before_the_switch_asks_resolvers(phase):
    """Only authorities are asked for names that are not published yet."""
    used = [s for stage, s in _steps() if stage.phase is phase and s.check]
    assert not [s.id for s in used if s.check in {"dns.resolvers", "mail.by_mx"}]
    assert not [s.id for s in used if s.with_.get("published")]


def test_the_cutover_phase_is_what_the_command_can_prove_at_once():
    """`migrate-mail cutover` changes the MX by itself; the step after it only reads back."""
    used = [step.check for stage, step in _steps() if stage.phase is Phase.CUTOVER]
    assert used == ["dns.mx_published"]
