"""MTA-STS: each fault is found by the check that is for it, and what cannot be seen is unknown."""

from __future__ import annotations

import time

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.certs import server_context
from migrate_mail.lab.company import Company
from migrate_mail.lab.https import Page
from migrate_mail.lab.scene_zones import OLD_IP, POLICY, POLICY_HOST, POLICY_PATH
from support.seeing import PATIENCE, Eyes, changed, open_eyes, tags

DOMAIN = "lindenhof.example"
TXT = f"_mta-sts.{DOMAIN}"
ALL = tuple(
    f"mta_sts.{name}"
    for name in ("covers_new", "covers_old", "fetch", "host", "mx_cert", "order", "record")
)
PAGE = (POLICY_HOST, POLICY_PATH)


def _faults(eyes: Eyes) -> dict[str, list[str]]:
    """Return what fails, by check."""
    found = {name: eyes.see(name) for name in ALL}
    fails = {n: [f for f in fs if f.outcome is Outcome.FAIL] for n, fs in found.items()}
    assert all(f.fix for fs in fails.values() for f in fs)
    return {n: tags(fs) for n, fs in fails.items() if fs}


def _serve(lab: Company, text: str) -> None:
    lab.web.pages[PAGE] = Page(text.encode())


def _no_record(lab: Company) -> None:
    lab.set_rrset(TXT, "TXT", 0, [])


def _two_records(lab: Company) -> None:
    lab.set_rrset(TXT, "TXT", 300, ['"v=STSv1; id=1"', '"v=STSv1; id=2"'])


def _bad_id(lab: Company) -> None:
    lab.set_rrset(TXT, "TXT", 300, ['"v=STSv1; id=2026-11-23"'])


def _at_old(lab: Company) -> None:
    lab.set_rrset(POLICY_HOST, "A", 300, [OLD_IP])


def _no_host(lab: Company) -> None:
    lab.set_rrset(POLICY_HOST, "A", 0, [])


def _without(host: str):
    return lambda lab: _serve(lab, POLICY.replace(f"mx: {host}\n", ""))


def _page(**parts):
    return lambda lab: lab.web.pages.update({PAGE: Page(**({"body": POLICY.encode()} | parts))})


def _mx_certificate(lab: Company) -> None:
    lab.new.smtp.context = server_context("somebody-else.example")


def _mx_expired(lab: Company) -> None:
    lab.new.smtp.context = server_context("mx1.newhost.example", expired=True)


def _mx_plain(lab: Company) -> None:
    lab.new.smtp.faults.no_starttls = True


def _web_certificate(lab: Company) -> None:
    lab.web.context = server_context("somebody-else.example")


PLANTED = {
    "no record": (_no_record, {"mta_sts.record": ["STS_RECORD_MISSING"]}),
    "two records": (_two_records, {"mta_sts.record": ["STS_RECORDS_MANY"]}),
    "bad id": (_bad_id, {"mta_sts.record": ["STS_RECORD_INVALID"]}),
    "no host": (_no_host, {"mta_sts.fetch": ["STS_NO_HOST"]}),
    "host at old": (_at_old, {"mta_sts.host": ["STS_HOST_AT_OLD"]}),
    "new not listed": (
        _without("mx1.newhost.example"),
        {"mta_sts.covers_new": ["STS_NEW_NOT_LISTED"]},
    ),
    "old not listed": (
        _without("mx1.oldhost.example"),
        {"mta_sts.covers_old": ["STS_OLD_NOT_LISTED"]},
    ),
    "redirect": (
        _page(status=301, location="https://elsewhere.example/"),
        {"mta_sts.fetch": ["STS_REDIRECTED"]},
    ),
    "missing": (_page(status=404), {"mta_sts.fetch": ["STS_STATUS"]}),
    "html": (_page(kind="text/html"), {"mta_sts.fetch": ["STS_NO_TEXT"]}),
    "no policy": (_page(body=b"hello\n"), {"mta_sts.fetch": ["STS_POLICY_INVALID"]}),
    "too long": (
        _page(body=POLICY.encode() + b"x: " + b"y" * 70000 + b"\n"),
        {"mta_sts.fetch": ["STS_TOO_LONG"]},
    ),
    "web certificate": (_web_certificate, {"mta_sts.fetch": ["STS_HOST_DISTRUSTED"]}),
    "mx certificate": (_mx_certificate, {"mta_sts.mx_cert": ["STS_MX_DISTRUSTED"]}),
    "mx expired": (_mx_expired, {"mta_sts.mx_cert": ["STS_MX_DISTRUSTED"]}),
    "mx without tls": (_mx_plain, {"mta_sts.mx_cert": ["STS_MX_WITHOUT_TLS"]}),
}


def test_a_healthy_scene_passes(eyes: Eyes):
    """No false alarm, and nothing that is not looked at."""
    assert {f.outcome for name in ALL for f in eyes.see(name)} == {Outcome.PASS}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_by_its_check_and_no_other(lab: Company, eyes: Eyes, fault):
    """The others pass, or cannot tell because of it; each says how to mend what it found."""
    plant, wanted = PLANTED[fault]
    plant(lab)
    assert _faults(eyes) == wanted


def test_a_domain_without_mta_sts_is_skipped(lab: Company, eyes: Eyes):
    """Neither record nor host: there is nothing to judge, and that is said."""
    _no_record(lab)
    _no_host(lab)
    found = [f for name in ALL for f in eyes.see(name)]
    assert {(f.tag, f.outcome) for f in found} == {("STS_NOT_USED", Outcome.SKIP)}


def test_a_policy_in_testing_mode_only_warns(lab: Company, eyes: Eyes):
    """Section 5: senders deliver all the same, and report."""
    text = POLICY.replace("enforce", "testing").replace("mx: mx1.newhost.example\n", "")
    _serve(lab, text)
    _mx_certificate(lab)
    assert _faults(eyes) == {}
    assert tags(eyes.see("mta_sts.covers_new")) == ["STS_NEW_NOT_LISTED"]
    assert tags(eyes.see("mta_sts.mx_cert")) == ["STS_MX_DISTRUSTED"]


def test_a_policy_of_mode_none_asks_for_nothing(lab: Company, eyes: Eyes):
    """It is how MTA-STS is given up (section 8.3)."""
    _serve(lab, "version: STSv1\nmode: none\nmax_age: 86400\n")
    _mx_plain(lab)
    assert _faults(eyes) == {}
    assert eyes.outcome("mta_sts.mx_cert") is Outcome.SKIP
    assert eyes.outcome("mta_sts.covers_new") is Outcome.SKIP


def test_a_planned_policy_is_judged_before_it_is_served(project, lab: Company, eyes: Eyes):
    """The file stands in for what is served; the policy to serve is in the fix."""
    (project.parent / "next.txt").write_text(POLICY.replace("mx1.newhost", "mx9.newhost"))
    (found,) = eyes.see("mta_sts.covers_new", policy="next.txt")
    assert found.tag == "STS_NEW_NOT_LISTED"
    assert "mx: mx1.newhost.example" in found.fix
    assert eyes.outcome("mta_sts.covers_new") is Outcome.PASS
    assert eyes.outcome("mta_sts.covers_new", policy="nowhere.txt") is Outcome.UNKNOWN


def test_a_planned_record_is_judged_before_it_is_published(project, lab: Company):
    """The overlay of migration.yaml; the live zone is another matter."""
    lab.set_rrset(TXT, "TXT", 0, [])

    def change(inventory):
        planned = {"name": TXT, "type": "TXT", "values": ["v=STSv1; id=9"]}
        model = type(inventory.spec.dns)
        dns = model.model_validate(inventory.spec.dns.model_dump() | {"records": [planned]})
        return changed(inventory, dns=dns)

    eyes = open_eyes(project, change=change)
    (found,) = eyes.see("mta_sts.record")
    assert (found.tag, found.args["id"], found.vantage) == (
        "STS_RECORD_GOOD", "9", "the planned zone",
    )  # fmt: skip
    assert tags(eyes.see("mta_sts.record", zone="live")) == ["STS_RECORD_MISSING"]


def test_a_policy_that_changes_without_its_id_is_found(lab: Company, eyes: Eyes):
    """The same id with another policy: senders do not come to fetch it."""
    _without("mx1.newhost.example")(lab)
    assert tags(eyes.see("mta_sts.order")) == ["STS_ORDER_KEPT"]
    _serve(lab, POLICY)
    assert _faults(eyes) == {"mta_sts.order": ["STS_ID_NOT_CHANGED"]}
    lab.set_rrset(TXT, "TXT", 300, ['"v=STSv1; id=2"'])
    assert tags(eyes.see("mta_sts.order")) == ["STS_ORDER_KEPT"]


def test_an_id_that_changes_before_the_policy_is_found(lab: Company, eyes: Eyes):
    """The old policy under a new id."""
    _without("mx1.newhost.example")(lab)
    eyes.see("mta_sts.order")
    lab.set_rrset(TXT, "TXT", 300, ['"v=STSv1; id=2"'])
    assert tags(eyes.see("mta_sts.order")) == ["STS_ID_BEFORE_POLICY"]
    _serve(lab, POLICY)
    assert tags(eyes.see("mta_sts.order")) == ["STS_ID_NOT_CHANGED"]
    lab.set_rrset(TXT, "TXT", 300, ['"v=STSv1; id=3"'])
    assert tags(eyes.see("mta_sts.order")) == ["STS_ORDER_KEPT"]


@pytest.mark.parametrize("fault", ["hang", "hang-tls", "drip", "garbage", "close"])
def test_a_web_server_that_does_not_answer_is_unknown_in_time(lab: Company, eyes: Eyes, fault):
    """Our own sight or its fault: nobody can tell, so nothing passes."""
    lab.web.fault = fault
    for name in ("mta_sts.fetch", "mta_sts.covers_new", "mta_sts.covers_old", "mta_sts.order"):
        began = time.monotonic()
        found = eyes.see(name)
        assert time.monotonic() - began < 3 * PATIENCE + 15
        assert {f.outcome for f in found} == {Outcome.UNKNOWN}, name
        assert all(f.args["text"] for f in found)


@pytest.mark.parametrize("fault", ["timeout", "servfail", "refused", "garbage"])
def test_one_silent_name_server_is_unknown_beside_the_other(lab: Company, eyes: Eyes, fault):
    """What one serves passes; what the other would serve is not known."""
    lab.break_dns(lab.ns2, fault)
    found = eyes.see("mta_sts.record")
    assert tags(found) == ["STS_RECORD_GOOD", "NOT_ANSWERED"]
    assert found[1].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("greeting", ["hang", "close", "421"])
def test_an_mx_that_does_not_greet_is_unknown(lab: Company, eyes: Eyes, greeting):
    """No certificate was seen, good or bad."""
    lab.new.smtp.faults.greeting = greeting
    assert tags(eyes.see("mta_sts.mx_cert")) == ["STS_MX_NOT_SEEN"]
