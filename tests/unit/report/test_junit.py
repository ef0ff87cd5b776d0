"""JUnit: what CI makes of a report."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring

from migrate_mail.report.build import build
from migrate_mail.report.junit import junit
from migrate_mail.state.store import Store
from support.cards import NOW
from support.told import tell


@pytest.fixture
def suites(tmp_path):
    """Give the suites of a migration with something of everything."""
    tell(tmp_path / "migration.state")
    with Store.read(tmp_path / "migration.state") as store:
        return fromstring(junit(build(store, now=NOW)))


def _case(suites, key):
    return next(c for c in suites.iter("testcase") if c.get("name").endswith(f"[{key}]"))


@pytest.mark.parametrize(
    ("key", "element"),
    [
        ("names", "failure"),
        ("banner", "error"),
        ("old-look", "failure"),  # too old
        ("parity", "skipped"),  # waived
        ("verify", "skipped"),  # its time comes after the switch
    ],
)
def test_each_standing_has_its_element(suites, key, element):
    """What failed or is too old fails, what could not be told is an error, waived is skipped."""
    assert [e.tag for e in _case(suites, key)] == [element]


def test_what_passed_has_no_element(suites):
    """A step that passed is an empty case."""
    assert list(_case(suites, "ttl")) == []


def test_a_failure_says_who_and_what_to_do(suites):
    """CI shows the owner, the evidence and the fix."""
    told = _case(suites, "names").find("failure").text

    assert "Ben Okafor" in told
    assert "-> mx1.new.example. 300 IN A" in told


def test_the_numbers_are_those_of_the_cases(suites):
    """Each suite counts what is in it, and all together count the suites."""
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    for suite in suites:
        for name, tag in kinds.items():
            assert int(suite.get(name)) == len(list(suite.iter(tag))), suite.get("name")
    for name in ("tests", "failures", "errors"):
        assert int(suites.get(name)) == sum(int(s.get(name)) for s in suites)


def test_a_no_go_fails_by_itself(suites):
    """CI is red for NO-GO even when somebody looks only at the first suite."""
    assert suites[0].get("failures") == "1"
