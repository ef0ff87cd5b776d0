"""Blocking lists: of addresses and of names, each tried out before it is believed."""

from __future__ import annotations

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes, by_tag, tags

CHECK = "ip.blocklists"
ZEN, DBL = "zen.spamhaus.org", "dbl.spamhaus.org"


def test_what_is_on_no_list_passes(eyes: Eyes):
    """One finding for each address, domain and MX host."""
    found = eyes.see(CHECK)
    assert {f.outcome for f in found} == {Outcome.PASS}
    assert [f.subject for f in found] == [
        f"192.0.2.26 on {ZEN}",
        f"lindenhof.example on {DBL}",
        f"mx1.newhost.example on {DBL}",
    ]


@pytest.mark.parametrize(
    ("name", "code", "tag"),
    [
        (f"26.2.0.192.{ZEN}", "127.0.0.4", "IP_LISTED"),
        (f"lindenhof.example.{DBL}", "127.0.1.2", "NAME_LISTED"),
        (f"mx1.newhost.example.{DBL}", "127.0.1.4", "NAME_LISTED"),
    ],
)
def test_what_is_listed_fails_with_the_code(
    lab: Company, eyes: Eyes, name: str, code: str, tag: str
):
    """And only that."""
    lab.set_rrset(name, "A", 300, [code])
    [bad] = [f for f in eyes.see(CHECK) if f.outcome is not Outcome.PASS]
    assert (bad.tag, bad.outcome, bad.args["codes"]) == (tag, Outcome.FAIL, (code,))
    assert bad.fix


@pytest.mark.parametrize("code", ["127.255.255.254", "192.0.2.1"])
def test_a_refusal_is_no_listing(lab: Company, eyes: Eyes, code: str):
    """Public resolvers are refused; some resolvers invent answers."""
    lab.set_rrset(f"lindenhof.example.{DBL}", "A", 300, [code])
    [bad] = [f for f in eyes.see(CHECK) if f.outcome is not Outcome.PASS]
    assert (bad.tag, bad.outcome) == ("LIST_NOT_SEEN", Outcome.UNKNOWN)
    assert "refusal" in str(bad.args["text"])


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        (f"test.{DBL}", None, "test entry test"),
        (f"invalid.{DBL}", "127.0.1.2", "invalid too"),
        (f"test.{DBL}", "127.255.255.254", "refusal"),
    ],
)
def test_a_list_that_fails_its_own_test_is_not_believed(
    lab: Company, eyes: Eyes, name: str, code: str | None, word: str
):
    """RFC 5782 section 5; the other list still counts."""
    lab.set_rrset(name, "A", 300, [code] if code else [])
    found = eyes.see(CHECK)
    [bad] = by_tag(found, "LIST_NO_ANSWER")
    assert (bad.subject, bad.outcome) == (DBL, Outcome.UNKNOWN)
    assert word in str(bad.args["text"])
    assert tags(found) == ["IP_NOT_LISTED", "LIST_NO_ANSWER"]


def test_a_silent_resolver_is_unknown(lab: Company, eyes: Eyes):
    """Nothing follows from silence."""
    lab.resolver.fault = "servfail"
    assert {f.outcome for f in eyes.see(CHECK)} == {Outcome.UNKNOWN}


def test_lists_of_names_can_be_left_out(eyes: Eyes):
    """By an empty list."""
    assert tags(eyes.see(CHECK, names=[])) == ["IP_NOT_LISTED"]
