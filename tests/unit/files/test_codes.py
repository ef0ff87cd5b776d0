"""Every code of a complaint can be looked up: held against the places in the source that complain."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import migrate_mail
from migrate_mail.errors import ExitCode
from migrate_mail.files.codes import CODES
from support.commands import Commands

COMPLAINING = {
    "complaint", "Complaint", "wrong", "Words", "_refuse", "_stop", "_complain", "complain", "_parsed",
}  # fmt: skip
BUILT = {"duplicate-stage", "bad-yaml", "tab"}
"""Made of parts, or handed on in a tuple."""
COLUMNS = {"address"}
"""Named beside a code of somebody else."""


def _codes() -> set[str]:
    """Return the codes that the source gives when it complains: the last word before the message."""
    root = Path(migrate_mail.__file__).parent
    trees = [ast.parse(p.read_text()) for p in root.rglob("*.py") if "lab" not in p.parts]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return {code for call in calls if _name(call) in COMPLAINING for code in _words(call)[-1:]}


def _name(call: ast.Call) -> str:
    return (
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    )


def _words(call: ast.Call) -> list[str]:
    values = [a.value for a in call.args if isinstance(a, ast.Constant)]
    return [
        v for v in values if isinstance(v, str) and re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", v)
    ]


def test_every_code_is_explained_and_no_other():
    """What validate shows in brackets, explain knows; what explain knows, somebody says."""
    assert (_codes() | BUILT) - COLUMNS == set(CODES)


@pytest.mark.parametrize("code", ["unknown-owner", "Literal-Secret"])
def test_explain_takes_a_code(tmp_path, code):
    """As it stands in the error, upper-case or not."""
    said = Commands(tmp_path).run("explain", code)
    assert said.out.startswith(f"{code.lower()}: an error in a file\n\n  ")
    assert " ".join(said.out.split()).endswith(CODES[code.lower()])


def test_a_wrong_code_is_told_with_what_is_near(tmp_path):
    """A spelling mistake in a code."""
    said = Commands(tmp_path).run("explain", "unknown-ownr", ends=ExitCode.USAGE)
    assert "did you mean `unknown-owner`?" in said.err
