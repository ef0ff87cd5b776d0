"""The list of checks is one that a person can read and rely on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import migrate_mail
from migrate_mail.checks.registry import CHECKS
from migrate_mail.checks.wording import WORDING
from migrate_mail.files.strict import StrictModel

PACKAGE = Path(migrate_mail.__file__).parent
TAG = re.compile(r"[A-Z]+(_[A-Z]+)*")


def _outcome(node: ast.expr) -> bool:
    """Tell whether an expression is, or chooses, an Outcome."""
    return "Outcome." in ast.unparse(node) or ast.unparse(node) == "outcome"


def _texts(node: ast.expr) -> list[str]:
    """Return the texts that an expression is or chooses from; none when it is computed."""
    if isinstance(node, ast.IfExp):
        both = _texts(node.body), _texts(node.orelse)
        return [*both[0], *both[1]] if all(both) else []
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return [str(node.value)] if literal else []


def _tags(source: str) -> set[str]:
    """Return the tags of a module: a text in capitals, followed by an outcome, begins a finding."""
    return {
        tag
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and len(call.args) > 1 and _outcome(call.args[1])
        for tag in _texts(call.args[0])
        if TAG.fullmatch(tag)
    }


def _modules():
    return [p for folder in ("checks", "run") for p in (PACKAGE / folder).rglob("*.py")]


def test_checks_are_in_alphabetical_order():
    """A reader finds a check where it belongs."""
    assert list(CHECKS) == sorted(CHECKS)


def test_a_check_is_filed_under_its_own_id():
    """The id in a checklist is the id in the code."""
    assert {name: c.id for name, c in CHECKS.items()} == {name: name for name in CHECKS}


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_is_and_takes(name):
    """Each has a title, its own strict parameters with a description each, and defaults for all."""
    found = CHECKS[name]
    assert found.title
    assert not found.title.endswith(".")
    assert issubclass(found.params, StrictModel)
    assert all(f.description for f in found.params.model_fields.values())
    assert found.params.model_validate({}) is not None


def test_every_tag_has_a_sentence_and_every_sentence_a_tag():
    """No finding is printed as a bare tag, and no wording is left of a tag that is gone."""
    emitted = {tag for module in _modules() for tag in _tags(module.read_text())}
    assert emitted == set(WORDING)


def test_findings_are_made_with_literal_tags():
    """The scan above sees every finding: none is made with a tag from a variable."""
    hidden = [
        f"{m.name}:{c.lineno}"
        for m in _modules()
        for c in ast.walk(ast.parse(m.read_text()))
        if isinstance(c, ast.Call)
        and ast.unparse(c.func) == "Finding"
        and not (c.args and _texts(c.args[0]))
    ]
    assert hidden == []


@pytest.mark.parametrize("module", sorted((PACKAGE / "checks").rglob("words.py")))
def test_the_wording_is_in_alphabetical_order(module):
    """A reader finds a tag where it belongs."""
    tags = re.findall(r'^    "([A-Z_]+)":', module.read_text(), re.MULTILINE)
    assert tags
    assert tags == sorted(tags)


def test_no_tag_belongs_to_two_families():
    """A tag names one thing: no family speaks over another."""
    places = [PACKAGE / "checks" / "wording.py", *(PACKAGE / "checks").rglob("words.py")]
    tags = [
        t for p in places for t in re.findall(r'^    "([A-Z_]+)":', p.read_text(), re.MULTILINE)
    ]
    assert sorted(tags) == sorted(WORDING)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_can_be_explained(name):
    """Each tells what it looks at, why that matters, how to mend it, and where the rule stands."""
    about = CHECKS[name].about
    assert all(len(text) > 20 for text in (about.looks, about.matters, about.mend))
    assert all(re.match(r"RFC \d+|[A-Z]", ref) for ref in about.refs)
