"""`checks` and `explain` tell of every check and every tag, in words and as JSON."""

from __future__ import annotations

import json

import pytest

from migrate_mail.checks.registry import CHECKS
from migrate_mail.checks.tags import check_of_tag, tags
from support.commands import Commands

ANY = {
    "CHECK_BROKEN", "COMMAND_EXIT", "COMMAND_NOT_RUN", "COMMAND_TIMEOUT", "COULD_NOT_LOOK",
    "NOTHING_TO_LOOK_AT", "NOT_ANSWERED", "STEP_TIMEOUT",
}  # fmt: skip
"""Tags of the runner, and those that every check may make."""


def test_all_are_listed(tmp_path):
    """Each check has its line, also for a machine."""
    lines = Commands(tmp_path).run("checks").out.splitlines()
    listed = json.loads(Commands(tmp_path).run("checks", "--json").out)

    assert [line.split()[0] for line in lines if line] == list(CHECKS)
    assert [one["id"] for one in listed] == list(CHECKS)


def test_one_family(tmp_path):
    """A family can be listed alone; one that there is not is named with those that there are."""
    lines = Commands(tmp_path).run("checks", "dns").out.splitlines()
    assert {line.split(".")[0] for line in lines} == {"dns"}
    said = Commands(tmp_path).run("checks", "gopher", ends=2)
    assert "no family `gopher`" in said.err
    assert "dns" in said.err


def test_a_check_is_explained(tmp_path):
    """What, why, how to mend, where it is written, and what `with:` takes."""
    said = Commands(tmp_path).run("explain", "dns.ttl").out

    for words in ("What it looks at", "Why it matters", "How to mend it", "RFC 2181", "max: ", "for_each: domains"):  # fmt: skip
        assert words in said
    assert max(len(line) for line in said.splitlines()) <= 80


@pytest.mark.parametrize("tag", [t for t in tags() if t not in ANY])
def test_every_tag_leads_to_a_check(tag):
    """Whoever reads a tag in a report finds out what to do."""
    assert check_of_tag(tag) is not None


def test_a_tag_in_any_case(tmp_path):
    """The tag of a finding is as good as an id."""
    assert Commands(tmp_path).run("explain", "mx_is_cname").out.startswith("mx.targets: ")


def test_what_is_not_there_is_said_with_what_is_near(tmp_path):
    """A slip of the pen costs one look."""
    said = Commands(tmp_path).run("explain", "dns.tll", ends=2)

    assert "did you mean `dns.ttl`?" in said.err
