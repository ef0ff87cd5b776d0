"""The shipped checklists: what each promises, and that those that belong together fit together."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from migrate_mail.checklist import builtin
from migrate_mail.checklist.load import load_checklist
from migrate_mail.finding import Phase
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.bind import bind

NEW = ["generic", "self-hosted", "google-workspace", "microsoft-365"]
OLD = ["from-google-workspace", "from-microsoft-365", "cpanel", "zimbra", "exchange-on-prem"]
BESIDE = ["clock", "internet", "decommission"]
ROLES = {"mail-admin", "dns-admin", "service-desk", "decider"}
EXAMPLE = Path(__file__).parents[3] / "examples" / "small-company" / "migration.yaml"
every_list = pytest.mark.parametrize("name", builtin.names())


def load(name: str):
    """Return a shipped checklist."""
    return load_checklist(f"builtin:{name}", Path())


def test_these_are_shipped():
    """Nobody forgets to say where a list belongs."""
    assert set(builtin.names()) == {*NEW, *OLD, *BESIDE, "core", "minimal"}


@pytest.mark.parametrize(("new", "old"), list(product(NEW, OLD)))
def test_lists_for_new_and_old_fit_together(new, old):
    """Whatever moves to whatever: no id is there twice, every need is met, everything binds."""
    lists = [load(name) for name in (new, old, *BESIDE)]

    plan = bind(lists, load_inventory(EXAMPLE))

    keys = [s.card.key for s in plan.steps]
    assert len(keys) == len(set(keys))
    assert {n for s in plan.steps for n in s.card.needs} <= set(keys)


def test_minimal_stands_alone():
    """It has each phase that a switch rests on, and few steps."""
    phases = {place.stage.phase for place in load("minimal").steps}

    assert phases == set(Phase) - {Phase.PREPARE}
    assert len(load("minimal").steps) <= 15


@every_list
def test_owners_are_roles_that_init_asks_for(name):
    """A step of nobody, or of somebody whom no migration names, would be a condition for ever."""
    owners = {p.step.owner or p.stage.owner or p.defaults.owner for p in load(name).steps}

    assert owners <= ROLES


@every_list
def test_a_person_is_told_what_and_why_and_what_to_note(name):
    """Who reads a step at night needs no other text beside it."""
    manual = [p.step for p in load(name).steps if p.step.manual]

    assert [s.id for s in manual if not (s.title and s.why and s.manual.evidence)] == []
    assert [s.id for s in manual if len(s.manual.do) < 40] == []


@every_list
def test_a_task_says_what_to_do_when_it_fails(name):
    """Nobody stands before a closed gate without a next step; a check tells its own."""
    mine = load(name)
    manual = [p.step for p in mine.steps if p.step.manual]

    assert [s.id for s in manual if not s.if_fails or len(s.if_fails) < 25] == []
    assert [p.step.id for p in mine.steps if p.step.at is None and p.stage.at is None] == []


@every_list
def test_facts_about_providers_have_a_date(name):
    """A source names who says so, and as of when: such facts change."""
    sources = [p.step.source for p in load(name).steps if p.step.source]

    assert [s for s in sources if not re.search(r"20\d\d", s)] == []
    if name in {*NEW, *OLD} - {"generic"}:
        assert sources


@every_list
def test_steps_stand_in_the_order_of_their_days(name):
    """No step needs one that is due after it, and nothing before the switch is due after it."""
    places = {p.step.id: p for p in load(name).steps}
    due = {k: p.step.at if p.step.at is not None else p.stage.at for k, p in places.items()}

    late = [(k, n) for k, p in places.items() for n in p.step.needs if due[n] > due[k]]
    before = {Phase.PREPARE, Phase.PREFLIGHT}
    wrong = [k for k, p in places.items() if (due[k].total_seconds() < 0) != (p.stage.phase in before)]  # fmt: skip

    assert late == []
    assert wrong == []
