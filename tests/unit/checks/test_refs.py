"""References to RFCs that an admin can see: each was looked up, and none is left in the table that nobody uses."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import migrate_mail
from migrate_mail.checks.registry import CHECKS

PACKAGE = Path(migrate_mail.__file__).parent
ROOT = PACKAGE.parent
TABLE = Path(__file__).with_name("rfc_sections.csv")
"""What was read, where: a row for every reference. To cite another section, read it first, then add its row.

seen: `text` (of the RFC), `draft` (a late one of it), `cited` (others cite the section for
the same thing; its text was not at hand). title: `-` where it was not seen. A row without a section
is about the whole RFC.
"""
REFERENCE = re.compile(r"RFC (\d+)(?: section (\d+(?:\.\d+)*))?")
OTHER_SPELLING = re.compile(
    r"RFC[- ]?\d+,? (?:§|sec\.|[sS]ections \d|S\w+ \d|\d)|RFC-?(?!822\.SIZE)\d"
)


def _texts(source: str) -> Iterator[str]:
    """Give the texts of a module that can get out of it: every one but its docstrings."""
    tree = ast.parse(source)
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said = (
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in silent
    )
    yield from (value for value in said if isinstance(value, str))


def _pages() -> Iterator[Path]:
    yield from sorted((ROOT / "checklists").glob("*.yaml"))
    yield from sorted((ROOT / "docs").glob("*.md"))
    yield from sorted((ROOT / "docs" / "how-to").glob("*.md"))
    yield ROOT / "README.md"


def _visible() -> dict[str, list[str]]:
    """Return what an admin can read, by where it stands."""
    texts = {p: list(_texts(p.read_text())) for p in sorted(PACKAGE.rglob("*.py"))}
    texts |= {p: [" ".join(p.read_text().split())] for p in _pages()}
    return {str(p.relative_to(ROOT)): found for p, found in texts.items()}


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _key(rfc: str, section: str) -> tuple[int, tuple[int, ...]]:
    return int(rfc), tuple(int(number) for number in section.split(".") if number)


LOOKED_UP = {_key(row["rfc"], row["section"]) for row in _rows()}


def _cited() -> dict[tuple[int, tuple[int, ...]], str]:
    """Return every reference that can be seen, with a place where it stands."""
    return {
        _key(found[1], found[2] or ""): where
        for where, texts in _visible().items()
        for text in texts
        for found in REFERENCE.finditer(text)
    }


def test_every_reference_was_looked_up():
    """A section that is only remembered sends an admin to the wrong page."""
    unknown = {key: where for key, where in _cited().items() if key not in LOOKED_UP}
    assert unknown == {}


def test_every_row_is_used():
    """The table says what is cited, not what could be."""
    assert LOOKED_UP - set(_cited()) == set()


def test_the_table_can_be_read():
    """In order, no reference twice, and each row says what was read, and why it is cited."""
    rows = _rows()
    keys = [_key(row["rfc"], row["section"]) for row in rows]
    assert keys == sorted(set(keys))
    assert [r for r in rows if not (r["title"] and r["cited_for"])] == []
    assert {row["seen"] for row in rows} <= {"text", "draft", "cited"}


def test_references_are_spelled_in_one_way():
    """The scan sees every one of them: `RFC 5321 section 5.1`, and nothing like it."""
    others = {
        where: found[0]
        for where, texts in _visible().items()
        for text in texts
        if (found := OTHER_SPELLING.search(text))
    }
    assert others == {}


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_cites_whole_references(name):
    """Each is an RFC with its section and nothing else, or a document of another kind."""
    refs = CHECKS[name].about.refs
    assert [r for r in refs if r.startswith("RFC") and not REFERENCE.fullmatch(r)] == []
    assert len(set(refs)) == len(refs)
