"""The documentation holds what it promises: the reference is current, and no link leads nowhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def _generate():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current():
    """What the program says now is what stands there; `./dev docs` writes it anew."""
    made = _generate().pages()
    there = {p.name: p.read_text() for p in (DOCS / "reference").glob("*.md")}
    assert sorted(there) == sorted(made)
    assert [name for name in made if there[name] != made[name]] == []


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Every link within the repository: the file, and the heading in it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target, anchor in _LINK.findall(text):
        if "://" in target:
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in _anchors(there), f"{page}: {target}#{anchor}"


def test_every_page_is_listed():
    """Whoever begins at docs/README.md finds every page."""
    listed = {t for t, _ in _LINK.findall((DOCS / "README.md").read_text())}
    assert {str(p.relative_to(DOCS)) for p in PAGES[1:]} - {"README.md"} <= listed
