"""Subdomains with MX records of their own: a mailing list that stays at old."""

from __future__ import annotations

from pathlib import Path

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import by_tag, changed, open_eyes, tags

CHECK = "mx.subdomains"
OLD = "10 mx1.oldhost.example."


def test_a_list_at_old_is_found(lab: Company, project: Path):
    """It is named, with what to do; one at new, or at others, is not."""
    lab.set_rrset(f"lists.{lab.domain}", "MX", 300, [OLD])
    lab.set_rrset(f"shop.{lab.domain}", "MX", 300, ["10 mx.shop.example."])
    found = open_eyes(project).see(CHECK)
    [bad] = by_tag(found, "SUBDOMAIN_AT_OLD")
    assert (bad.outcome, bad.subject) == (Outcome.FAIL, f"lists.{lab.domain}")
    assert "domains" in str(bad.fix)
    [seen] = by_tag(found, "SUBDOMAINS_LOOKED_AT")
    assert seen.args["names"] == (f"lists.{lab.domain}", f"shop.{lab.domain}")


def test_a_subdomain_that_moves_too_is_left_out(lab: Company, project: Path):
    """Its own MX records are looked at as those of a domain that moves."""
    lists = f"lists.{lab.domain}"
    lab.set_rrset(lists, "MX", 300, [OLD])
    eyes = open_eyes(project, change=lambda i: changed(i, domains=[lab.domain, lists]))
    assert "SUBDOMAIN_AT_OLD" not in tags(eyes.see(CHECK, lab.domain))


def test_further_names_and_wildcards(lab: Company, project: Path):
    """A name that cannot be guessed can be given; a wildcard is told as one."""
    lab.set_rrset(f"erp.{lab.domain}", "MX", 300, [OLD])
    eyes = open_eyes(project)
    assert eyes.outcome(CHECK) is Outcome.PASS
    assert eyes.outcome(CHECK, names=("erp",)) is Outcome.FAIL
    lab.set_rrset(f"*.{lab.domain}", "MX", 300, [OLD])
    assert f"*.{lab.domain}" in {f.subject for f in open_eyes(project).see(CHECK)}
