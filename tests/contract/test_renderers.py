"""The family of report formats: each one says the same, harmlessly, every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from migrate_mail.report.build import build
from migrate_mail.report.escape import plain
from migrate_mail.report.model import DomainPage, StepMark
from migrate_mail.report.registry import RENDERERS
from migrate_mail.report.words import moment, span
from migrate_mail.report.zone import in_zone
from migrate_mail.state.store import Store
from support.cards import NOW
from support.store import writer
from support.told import RUDE, tell, the_plan

every_format = pytest.mark.parametrize("name", sorted(RENDERERS))

# Said in other words for people, or not at all: names for programs, and what is told elsewhere.
_OTHER_WORDS = {
    "tag", "outcome", "standing", "body", "weight", "mark", "stage", "ttl_from", "subject",
    "driver", "last_state", "undoes", "tally",
}  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A state file with something of everything."""
    path = tmp_path_factory.mktemp("told") / "migration.state"
    tell(path)
    return path


@pytest.fixture(scope="module")
def report(state):
    """What is to be told of it, beside an earlier run, with a second domain."""
    with Store.read(state) as store:
        told = build(store, now=NOW, since="1")
    marks = tuple(StepMark(s.key, s.title, s.standing, s.said, s.owner) for s in told.stages[0].steps)  # fmt: skip
    page = DomainPage(
        "example.net", "CANNOT TELL", "it is another one", told.reasons, marks, 17, 13, 4711, ("switch: made",)
    )  # fmt: skip
    return replace(told, domains=(page,))


def heard(name: str, output: str) -> str:
    """Return what a reader takes from an output, without its layout."""
    match name:
        case "json":
            words = " ".join(_leaves(json.loads(output)))
        case "markdown":
            words = " ".join(_markdown_words(output))
        case "html" | "junit":
            words = _page_words(output)
        case _:
            words = output
    return " ".join(plain(" ".join(words.split())).split())


def _leaves(value) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        yield moment(datetime.fromisoformat(value))
    elif value is not None:
        yield str(value)


def _markdown_words(output: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").parse(output):
        if token.type == "fence":
            yield token.content
        for child in token.children or []:
            yield " " if child.type == "softbreak" else child.content


def _page_words(output: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", " ", output, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", body))


def _facts(value, name: str = "") -> Iterator[str]:
    """Yield every text, number and moment of a report that people are to be told."""
    if name in _OTHER_WORDS:
        return
    if is_dataclass(value):
        for field in fields(value):
            yield from _facts(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for one in value:
            yield from _facts(one, name)
    elif isinstance(value, str):
        yield from value.replace("never run", "not checked").splitlines()


@every_format
def test_every_format_tells_the_same_facts(report, name):
    """Whatever is in a report as words is in each format: none leaves out what another says."""
    output = heard(name, RENDERERS[name](report))

    facts = [" ".join(plain(f).split()) for f in _facts(report)]
    missing = [f for f in facts if f.casefold() not in output.casefold()]

    assert missing == []


@every_format
@pytest.mark.parametrize(
    "fact",
    [
        "NO-GO",
        "2026-03-14 06:00 UTC",  # the planned cutover
        "2026-03-20 20:00 UTC",  # the end of a waiver
        "2026-03-13 18:15 UTC",  # the read-back
        "9.5",  # the slowest delivery
        "1,000 messages|1000",  # copied
        "close-old",  # the point of no return
        "4,711|4711",  # messages of a domain
        "300",  # the TTL that the way back waits for
        "2026-03-13 19:05 UTC|2100",  # everyone is back
    ],
)
def test_every_format_tells_the_numbers(report, name, fact):
    """Moments and amounts that decisions hang on are in each format (`|`: as that format puts it)."""
    output = heard(name, RENDERERS[name](report))

    assert any(one in output for one in fact.split("|"))


@every_format
def test_the_same_state_and_moment_give_the_same_output(state, report, name):
    """A report can be made again, to the byte."""
    with Store.read(state) as store:
        again = replace(build(store, now=NOW, since="1"), domains=report.domains)

    assert RENDERERS[name](again) == RENDERERS[name](report)


@every_format
def test_time_changes_what_is_said(state, report, name):
    """A later report of the same state has other ages: it is never a stale copy."""
    with Store.read(state) as store:
        later = build(store, now=NOW + timedelta(days=2))

    assert RENDERERS[name](later) != RENDERERS[name](report)


@every_format
def test_moments_are_told_in_the_zone_and_in_utc(report, name):
    """Who sits in the zone and who sits elsewhere read the same moment, also across midnight."""
    output = heard(name, RENDERERS[name](in_zone(report, ZoneInfo("Europe/Berlin"))))

    assert "2026-03-14 07:00 +01:00 / 06:00 UTC" in output  # the planned cutover
    late = heard(name, RENDERERS[name](in_zone(report, ZoneInfo("Asia/Kathmandu"))))
    assert "2026-03-14 00:00 +05:45 / 2026-03-13 18:15 UTC" in late  # the read-back


@every_format
def test_what_servers_say_cannot_command_a_terminal(report, name):
    """No control character and no bidirectional override reaches the output."""
    output = RENDERERS[name](report)

    assert RUDE not in output
    assert [c for line in output.split("\n") for c in line if not c.isprintable()] == []
    assert "alert(1)" in output  # it is told, and harmless


@every_format
def test_a_migration_that_nobody_looked_at_has_a_report(tmp_path, name):
    """With a plan and nothing else, each format says NO-GO and what to do first."""
    path = tmp_path / "migration.state"
    card = the_plan()
    with writer(path) as store:
        store.save_plan(card.digest, card.to_data())

    with Store.read(path) as store:
        output = heard(name, RENDERERS[name](build(store, now=NOW)))

    assert "NO-GO" in output
    assert "nothing was looked at yet" in output
    assert "migrate-mail preflight" in output


@every_format
def test_every_format_ends_with_one_line_end(report, name):
    """Outputs can be written to files and joined as they are."""
    output = RENDERERS[name](report)

    assert output.endswith("\n")
    assert not output.endswith("\n\n")


def test_spans_are_told(report):
    """How long everyone takes to be back is told in words to people."""
    assert span(report.rollback.back_by.with_retry) in RENDERERS["text"](report)
