"""What is special to each format: the page, the markup, the schema."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from migrate_mail.report.build import build
from migrate_mail.report.escape import plain
from migrate_mail.report.json_ import json_report
from migrate_mail.report.markdown import markdown, said
from migrate_mail.report.text import WIDTH, text
from migrate_mail.report.words import ago, count, size, span, tally
from migrate_mail.state.store import Store
from support.cards import NOW
from support.told import RUDE, tell

HARMLESS = {
    "inline", "text", "text_special", "softbreak", "strong_open", "strong_close", "fence",
    "heading_open", "heading_close", "bullet_list_open", "bullet_list_close",
    "list_item_open", "list_item_close", "paragraph_open", "paragraph_close",
}  # fmt: skip
GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Give the report of a migration with something of everything."""
    path = tmp_path_factory.mktemp("told") / "migration.state"
    tell(path)
    with Store.read(path) as store:
        return build(store, now=NOW)


def test_the_text_begins_with_the_verdict(report):
    """The first word of a report is the verdict, then why."""
    assert text(report).startswith("NO-GO: 1 reason stops it; 1 thing could not be told")


def test_the_most_important_comes_first(report):
    """Overrides, reasons, conditions, waivers and connect stand before any step."""
    output = text(report)
    order = ["OVERRIDDEN", "Reasons", "Conditions", "Waivers", "dialled", "Tally", "Steps: DNS"]

    places = [
        output.index(f"\n{word}") if word != "dialled" else output.index(word) for word in order
    ]

    assert places == sorted(places)


def test_overrides_are_in_capitals(report):
    """Nobody overlooks that a command was run against its gate."""
    assert "!!  CUTOVER WAS RUN AGAINST NO-GO by anna" in text(report)
    assert "CUTOVER WAS RUN AGAINST NO-GO by anna" in markdown(report)


def test_prose_fits_the_page(report):
    """Lines fit on the page; only what is to be pasted or was seen may be longer."""
    long = [
        line
        for line in text(report).splitlines()
        if len(line) > WIDTH and not line.lstrip().startswith(("|", "->"))
    ]

    assert long == []


def test_our_own_furniture_is_ascii(report):
    """No box drawing: what is not ASCII came from people or servers."""
    strange = {c for c in text(report) if not c.isascii()}

    assert strange == {"É", "é"}


def test_what_is_to_be_pasted_is_never_cut(report):
    """A fix stands line by line as it must be pasted."""
    lines = [line.strip().removeprefix("-> ") for line in text(report).splitlines()]

    assert "mx1.new.example. 300 IN A 192.0.2.1" in lines
    assert "mx1.new.example. 300 IN AAAA 2001:db8::1" in lines


def test_empty_sections_are_left_out(report):
    """Headings without anything beneath them are not shown."""
    lines = text(report).splitlines()

    rules = [n for n, line in enumerate(lines) if line and set(line) == {"-"}]

    assert rules
    assert all(lines[n + 1].strip() for n in rules)


def test_markdown_holds_no_foreign_markup(report):
    """What servers and people said makes no HTML, no link, no image, no emphasis, no code."""
    kinds = set()
    for token in GFM.parse(markdown(report)):
        kinds |= {token.type, *(c.type for c in token.children or [])}

    assert kinds <= HARMLESS


@given(st.text())
def test_prose_in_markdown_reads_as_it_was(words):
    """Whatever a server says, Markdown shows those very words and nothing else."""
    (paragraph,) = [t for t in GFM.parse(f"- {said('x' + words)}") if t.type == "inline"]

    shown = "".join(c.content for c in paragraph.children)
    assert shown == plain(" ".join(f"x{words}".split()))


@pytest.mark.parametrize(
    "words",
    ["1. one", "12) twelve", "- dash", "+ plus", "# head", "> quote", "===", "---", "***", "```", "~~~", "| a |"],
)  # fmt: skip
def test_prose_at_the_start_of_a_line_is_no_block(words):
    """Words that would begin a list, a heading, a rule or a fence stay words."""
    tokens = GFM.parse(f"- {said(words)}")

    assert [t.type for t in tokens] == [
        "bullet_list_open", "list_item_open", "paragraph_open", "inline",
        "paragraph_close", "list_item_close", "bullet_list_close",
    ]  # fmt: skip
    assert "".join(c.content for c in tokens[3].children) == words


@pytest.mark.parametrize(
    "words", ["http://evil.example", "see https://x.y/z", "www.evil.example"]
)
def test_addresses_do_not_become_links(words):
    """Markdown that links bare addresses finds none: a scheme and `www.` are broken up."""
    assert words not in said(words)


def test_a_fence_is_longer_than_any_in_it(report):
    """A server that sends a fence does not end ours."""
    from migrate_mail.report.markdown import _fenced

    lines = list(_fenced(["a", "```", "````", "b"], "  "))

    (fence,) = [
        t for t in GFM.parse("\n".join(line[2:] for line in lines)) if t.type == "fence"
    ]
    assert fence.content == "a\n```\n````\nb\n"


def test_json_names_its_schema(report):
    """A program can tell what it reads."""
    assert json.loads(json_report(report))["schema"] == "migrate-mail/report/v1"


def test_json_keeps_moments_and_spans_exact(report):
    """Moments are ISO 8601 with a zone, spans are seconds."""
    data = json.loads(json_report(report))

    assert datetime.fromisoformat(data["at"]) == NOW
    step = next(s for stage in data["stages"] for s in stage["steps"] if s["key"] == "old-look")
    assert step["age"] == timedelta(days=3).total_seconds()
    assert data["connect"] == {"mx1.new.example:25": "127.0.0.1:4025"}
    assert data["rollback"]["past_no_return"] is False


def test_json_keeps_what_a_server_said_to_the_letter(report):
    """Nothing is cut or escaped twice: programs get the evidence as it was."""
    data = json.loads(json_report(report))

    evidence = [
        line
        for stage in data["stages"]
        for step in stage["steps"]
        for finding in step["findings"]
        for line in finding["evidence"]
    ]
    assert RUDE in evidence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (3900, "1 h 5 min"),
        (86400 * 3 + 7200 + 60, "3 d 2 h"),
        (86400 + 59, "1 d"),
    ],
)
def test_spans_are_said_with_their_largest_units(seconds, words):
    """Spans are as exact as people need them."""
    assert span(timedelta(seconds=seconds)) == words


def test_ages_amounts_and_sizes_are_said_plainly():
    """Small words for small numbers, no units that nobody knows."""
    assert [ago(timedelta(seconds=s)) for s in (5, 120)] == ["just now", "2 min ago"]
    assert [count(n, "step") for n in (0, 1, 2000)] == ["0 steps", "1 step", "2,000 steps"]
    assert count(3, "address") == "3 addresses"
    assert [size(n) for n in (0, 1, 999, 1200, 3_400_000, 5 * 10**12)] == [
        "0 bytes", "1 byte", "999 bytes", "1.2 kB", "3.4 MB", "5.0 TB",
    ]  # fmt: skip
    assert tally((("fail", 1), ("pass", 2))) == "3 steps: 1 failed, 2 passed"
