"""The HTML report in a real browser and on paper: it fits, it can be filtered, it is quiet."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from migrate_mail.report.build import build
from migrate_mail.report.html import html
from migrate_mail.report.model import ChangeLine, DomainPage, Since
from migrate_mail.report.zone import in_zone
from migrate_mail.state.store import Store
from support.browser import ask, ask_later
from support.cards import NOW
from support.told import tell

pytestmark = pytest.mark.real
AXE = Path(__file__).parents[2] / ".venv" / "suites" / "axe-core" / "axe.min.js"
_OVERFLOW = "const root = page.documentElement; return [root.scrollWidth, root.clientWidth];"
_FILTER = """
  const find = page.getElementById("find"), state = page.getElementById("state");
  const event = (name) => new (page.defaultView.Event)(name);
  const seen = () => [...page.querySelectorAll("#boxes tbody tr")].filter((r) => !r.hidden).length;
  const found = [page.getElementById("filter").hidden, seen()];
  find.value = "BODY7@"; find.dispatchEvent(event("input")); found.push(seen());
  find.value = ""; state.value = "NO"; state.dispatchEvent(event("change")); found.push(seen());
  return [...found, page.getElementById("shown").textContent];
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Give a report with something of everything, 40 mailboxes and a name that never breaks."""
    path = tmp_path_factory.mktemp("told") / "migration.state"
    tell(path)
    with Store.read(path) as store:
        told = build(store, now=NOW)
    fine, troubled = sorted(told.accounts, key=lambda a: a.failed)
    many = [replace(fine, account=f"body{n}@example.org") for n in range(39)]
    long = replace(troubled, account=f"{'x' * 64}@example.org")
    return replace(told, accounts=(*many, long))


@pytest.fixture
def browser():
    """Skip without Chromium: it is large, and nothing else needs it."""
    if not shutil.which("chromium"):
        pytest.skip("chromium is not installed")


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_screen(browser, report, tmp_path, width):
    """On a phone and on a desk no one has to scroll sideways, and the console is empty."""
    (wanted, there), complaints = ask(tmp_path, html(report), _OVERFLOW, width=width)

    assert abs(there - width) < 20  # a scroll bar may take its part
    assert wanted <= there
    assert complaints == []


def test_the_mailboxes_can_be_filtered(browser, report, tmp_path):
    """By a part of the name and by state; how many are left is said."""
    found, complaints = ask(tmp_path, html(report), _FILTER, width=1200)

    assert found == [False, 40, 1, 1, "1 of 40 shown"]
    assert complaints == []


def test_a_foreign_script_does_not_run(browser, report, tmp_path):
    """Should anything of a server's ever get through as markup, the page's own policy stops it."""
    page = html(report).replace("</main>", "<script>document.title = 'taken'</script></main>")

    title, complaints = ask(tmp_path, page, "return page.title;", width=1200)

    assert title != "taken"
    assert any("Content Security Policy" in line for line in complaints)


@pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not unpacked; `./dev test` does it once"
)
@pytest.mark.parametrize("dress", ["light", "dark"])
def test_axe_finds_nothing(browser, report, tmp_path, dress):
    """Names, roles, order, contrast: nothing of any weight, in both dresses; and it does find faults."""
    page = html(report)
    if dress == "dark":
        page = page.replace("@media screen and (prefers-color-scheme: dark)", "@media screen")
    run = f"{AXE.read_text()}; axe.run()"

    found, _ = ask_later(tmp_path, page, run)
    worse, _ = ask_later(tmp_path, page.replace("--soft: #", "--soft: #8887; --old: #"), run)

    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert len(found["passes"]) > 15
    assert "color-contrast" in [v["id"] for v in worse["violations"]]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_page_one_is_one_page(report, paper):
    """With more of everything than page one shows, the details still begin on page two."""
    weasyprint = pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))
    why = replace(report.reasons[0], text="so many words " * 30)
    line = ChangeLine("names", "so many words " * 10, "passed", "failed", "so many words " * 30)
    page = DomainPage("example.net", "NO-GO", "so many words " * 9, (why,) * 9, (), 1, 1, 1, ())
    full = replace(
        report,
        domains=(page,) * 12,
        since=Since(7, "preflight", NOW, "GO", (line,) * 9, (line,) * 9, (line,) * 9),
        reasons=(why,) * 30,
        conditions=(replace(why, weight="condition"),) * 30,
        waivers=report.waivers * 10,
        overrides=report.overrides * 10,
    )
    full = in_zone(full, ZoneInfo("Asia/Kathmandu"))  # the longest way to tell a moment
    sheet = weasyprint.CSS(string=f"@page {{ size: {paper} }}")

    pages = weasyprint.HTML(string=html(full)).render(stylesheets=[sheet]).pages

    assert "timeline" not in pages[0].anchors
    assert "timeline" in pages[1].anchors
    own = [
        n for n, page in enumerate(pages) if any(a.startswith("h-part") for a in page.anchors)
    ]
    assert len(own) >= 12  # each domain begins on a page of its own


def test_ten_thousand_mailboxes_stay_light(report):
    """The page of a large migration can still be mailed: all in it, under 5 MB."""
    one = report.accounts[0]
    boxes = tuple(replace(one, account=f"some.body{n}@example.org") for n in range(10_000))

    page = html(replace(report, accounts=boxes))

    assert page.count('<th scope="row">') == 10_000
    assert len(page.encode()) < 5_000_000
