"""The registration of a domain, asked of its registry by RDAP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from migrate_mail.finding import Outcome
from migrate_mail.lab.certs import server_context
from migrate_mail.lab.company import Company
from migrate_mail.lab.https import Page
from migrate_mail.lab.scene_zones import RDAP_LIST, RDAP_SERVICE
from support.seeing import Eyes, tags

CHECK = "dns.registrar"
PATH = "/domain/lindenhof.example"
HOST = "rdap.nic.example"


def _in(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _only(eyes: Eyes, **params: object) -> tuple[str, Outcome]:
    [found] = eyes.see(CHECK, **params)
    return found.tag, found.outcome


def test_a_registration_that_lasts_passes(lab: Company, eyes: Eyes):
    """IANA's list is asked once, then the registry."""
    assert _only(eyes) == ("REGISTRATION_GOOD", Outcome.PASS)
    assert lab.web.asked == [RDAP_LIST, f"{RDAP_SERVICE}domain/lindenhof.example"]
    lab.web.asked.clear()
    assert _only(eyes, rdap="https://rdap.nic.example") == ("REGISTRATION_GOOD", Outcome.PASS)
    assert lab.web.asked == [f"{RDAP_SERVICE}domain/lindenhof.example"]


@pytest.mark.parametrize(("left", "days", "tag"), [(59, 60, "REGISTRATION_ENDS"), (61, 60, "REGISTRATION_GOOD"), (-3, 0, "REGISTRATION_ENDS")])  # fmt: skip
def test_one_that_ends_soon_fails(lab: Company, eyes: Eyes, left: int, days: int, tag: str):
    """By the parameter."""
    lab.register(ends=_in(left))
    assert _only(eyes, days=days)[0] == tag


@pytest.mark.parametrize(
    "status",
    ["pending transfer", "pending delete", "redemption period", "client hold", "server hold", "pendingTransfer"],
)  # fmt: skip
def test_a_status_under_which_it_does_not_stay_fails(lab: Company, eyes: Eyes, status: str):
    """As RDAP spells it, and as EPP does; what only locks it is well."""
    lab.register(ends=_in(300), status=["client transfer prohibited", status])
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome, found.args["status"]) == ("REGISTRATION_STATUS", Outcome.FAIL, status)  # fmt: skip
    assert found.fix


def test_a_registry_that_tells_no_date_is_believed_for_the_rest(lab: Company, eyes: Eyes):
    """It is said that the date is not known."""
    lab.register(ends=None)
    assert tags(eyes.see(CHECK)) == ["REGISTRATION_NO_END", "REGISTRATION_GOOD"]


def test_a_top_level_domain_without_rdap_is_skipped(lab: Company, eyes: Eyes):
    """With the reason."""
    lab.serve_at(RDAP_LIST, '{"services": [[["org"], ["https://rdap.org.example/"]]]}')
    assert _only(eyes) == ("REGISTRATION_NO_SERVICE", Outcome.SKIP)


def test_a_redirect_is_followed_but_not_in_circles(lab: Company, eyes: Eyes):
    """RFC 7480 section 5.2; and never to http."""
    good = lab.web.pages.pop((HOST, PATH))
    lab.web.pages[HOST, "/there"] = good
    for target, outcome in (
        ("/there", Outcome.PASS),
        (f"https://{HOST}{PATH}", Outcome.UNKNOWN),
        (f"http://{HOST}/there", Outcome.UNKNOWN),
    ):
        lab.web.pages[HOST, PATH] = Page(b"", status=302, location=target)
        assert _only(eyes)[1] is outcome


def test_what_cannot_be_seen_is_unknown(lab: Company, eyes: Eyes):
    """Offline, 404, nonsense, another domain, a certificate that nobody trusts."""
    unseen = ("REGISTRATION_NOT_SEEN", Outcome.UNKNOWN)
    for page in (Page(b"", 404), Page(b"", 429), Page(b"<html>"), Page(b'{"objectClassName": "domain", "ldhName": "x.example"}')):  # fmt: skip
        lab.web.pages[HOST, PATH] = page
        assert _only(eyes) == unseen
    lab.serve_at(RDAP_LIST, "<html>")
    assert _only(eyes) == unseen
    lab.web.context = server_context("somebody-else.example")
    assert _only(eyes) == unseen
    lab.web.fault = "hang"
    assert _only(eyes) == unseen
    lab.resolver.fault = "refused"
    assert _only(eyes) == unseen


def test_only_https_is_asked(eyes: Eyes):
    """A registration told in the clear proves nothing."""
    with pytest.raises(ValidationError):
        eyes.see(CHECK, rdap="http://rdap.nic.example/")
