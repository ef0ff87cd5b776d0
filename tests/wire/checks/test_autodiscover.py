"""What Outlook sets itself up from: each door that it tries, and whose host it finds there."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.checks.clients.outlook import PATH
from migrate_mail.finding import Outcome
from migrate_mail.lab.certs import server_context
from migrate_mail.lab.company import Company
from migrate_mail.lab.https import Page
from migrate_mail.lab.scene_zones import NEW_IP, OLD_IP
from support.seeing import Eyes, hurried, open_eyes, tags

CHECK = "clients.autodiscover"
DOMAIN = "lindenhof.example"
HOST = f"autodiscover.{DOMAIN}"
SRV = f"_autodiscover._tcp.{DOMAIN}"
WEB = "192.0.2.80"
ANSWER = """\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
<Account><AccountType>email</AccountType><Action>settings</Action>
<Protocol><Type>IMAP</Type><Server>imap.%(at)s</Server><LoginName>anna@lindenhof.example</LoginName></Protocol>
<Protocol><Type>WEB</Type><External><OWAUrl>https://mail.%(at)s/owa/</OWAUrl></External></Protocol>
</Account></Response></Autodiscover>
"""
FAULT = """\
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response><Error><ErrorCode>500</ErrorCode><Message>No such user</Message></Error></Response></Autodiscover>
"""


@pytest.fixture
def eyes(lab: Company, tmp_path: Path) -> Eyes:
    """Give what runs checks where the domain and autodiscover. have a web server of somebody else."""
    lab.web_hosts |= {HOST, DOMAIN}
    lab.web.context = server_context(*sorted(lab.web_hosts))
    for host in (HOST, DOMAIN):
        lab.set_rrset(host, "A", 300, [WEB])
    return open_eyes(lab.write_project(tmp_path / "project"), change=hurried)


def _answer(lab: Company, host: str, text: str = "", **how: object) -> None:
    page = Page(text.encode(), kind="text/xml", **how)  # type: ignore[arg-type]
    lab.web.pages[host, PATH] = page


def _only(eyes: Eyes) -> tuple[str, Outcome, str]:
    [found] = eyes.see(CHECK)
    return found.tag, found.outcome, str(found.args.get("where", ""))


def test_without_autodiscover_there_is_nothing_to_lead_astray(lab: Company, project: Path):
    """No name, no SRV record, no web site."""
    [found] = open_eyes(project).see(CHECK)
    assert (found.tag, found.outcome) == ("AUTODISCOVER_NONE", Outcome.SKIP)


def test_a_web_site_that_knows_nothing_of_it_is_passed_over(lab: Company, eyes: Eyes):
    """A page, an error and a redirect of the site say nothing; Outlook goes on."""
    for how in ({"text": "<html>"}, {"status": 404}, {"status": 301, "location": "https://www.x.example/"}):  # fmt: skip
        _answer(lab, DOMAIN, **how)
        assert tags(eyes.see(CHECK)) == ["AUTODISCOVER_NONE"]


@pytest.mark.parametrize("host", [HOST, DOMAIN])
def test_settings_that_name_old_fail_and_those_that_name_new_pass(
    lab: Company, eyes: Eyes, host: str
):
    """At either place; the question is the one that Outlook asks, and holds no password."""
    _answer(lab, host, ANSWER % {"at": "oldhost.example"})
    assert _only(eyes) == ("AUTODISCOVER_AT_OLD", Outcome.FAIL, f"https://{host}{PATH}")
    assert eyes.see(CHECK)[0].args["hosts"] == ("imap.oldhost.example", "mail.oldhost.example")
    _answer(lab, host, ANSWER % {"at": "newhost.example"})
    assert _only(eyes)[:2] == ("AUTODISCOVER_GOOD", Outcome.PASS)
    body = lab.web.posted[-1]
    assert b"<EMailAddress>postmaster@lindenhof.example</EMailAddress>" in body
    assert not [p for e in lab.employees for p in (e.old_password, e.new_password) if p.encode() in body]  # fmt: skip


def test_an_answer_from_the_address_of_old_is_old_whatever_it_says(lab: Company, eyes: Eyes):
    """A hosting panel answers for the web site: with settings, an error, or a question for a login."""
    lab.set_rrset(DOMAIN, "A", 300, [OLD_IP])
    _answer(lab, DOMAIN, "<html>")
    assert tags(eyes.see(CHECK)) == ["AUTODISCOVER_NONE"]
    for how in (
        {"text": ANSWER % {"at": "elsewhere.example"}},
        {"text": FAULT},
        {"status": 401},
    ):
        _answer(lab, DOMAIN, **how)
        assert _only(eyes)[:2] == ("AUTODISCOVER_AT_OLD", Outcome.FAIL)


def test_a_login_is_judged_by_whose_host_it_is(lab: Company, eyes: Eyes):
    """At new it is good; at somebody else's nothing can be seen."""
    _answer(lab, HOST, status=401)
    found = eyes.see(CHECK)
    assert [(f.tag, f.outcome) for f in found] == [("AUTODISCOVER_LOGIN", Outcome.UNKNOWN)]
    lab.set_rrset(HOST, "A", 300, [NEW_IP])
    assert _only(eyes)[:2] == ("AUTODISCOVER_GOOD", Outcome.PASS)


@pytest.mark.parametrize(
    ("target", "tag"),
    [
        ("https://owa.oldhost.example/autodiscover/autodiscover.xml", "AUTODISCOVER_AT_OLD"),
        ("https://autodiscover.newhost.example/autodiscover/autodiscover.xml", "AUTODISCOVER_GOOD"),
        ("https://other.example/Autodiscover/Autodiscover.xml", "AUTODISCOVER_NOT_SEEN"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("secure", [True, False])
def test_a_redirect_is_judged_by_where_it_leads(
    lab: Company, eyes: Eyes, target: str, tag: str, secure: bool
):
    """By https, and the one by http that Outlook follows."""
    pages = lab.web.pages if secure else lab.web.plain
    pages[HOST, PATH] = Page(b"", status=302, location=target)
    found, _, where = _only(eyes)
    assert (found, where) == (tag, f"http{'s' * secure}://{HOST}{PATH}")


def test_a_name_that_leads_to_old_is_not_asked(lab: Company, eyes: Eyes):
    """By alias, by address, and by another name of whoever runs old."""
    for rtype, value in (("CNAME", "mx1.oldhost.example."), ("CNAME", "auto.oldhost.example."), ("A", OLD_IP)):  # fmt: skip
        lab.set_rrset(HOST, "A", 0, [])
        lab.set_rrset(HOST, "CNAME", 0, [])
        lab.set_rrset(HOST, rtype, 300, [value])
        assert _only(eyes) == ("AUTODISCOVER_AT_OLD", Outcome.FAIL, HOST)
        lab.set_rrset(HOST, rtype, 0, [])
    assert not [url for url in lab.web.asked if HOST in url]


def test_the_srv_record_is_judged_by_name_and_by_address(lab: Company, eyes: Eyes):
    """A host of the domain may still be old's machine."""
    for target in ("mx1.oldhost.example.", f"box.{DOMAIN}."):
        lab.set_rrset(f"box.{DOMAIN}", "A", 300, [OLD_IP])
        lab.set_rrset(SRV, "SRV", 300, [f"0 0 443 {target}"])
        assert _only(eyes) == ("AUTODISCOVER_AT_OLD", Outcome.FAIL, f"{SRV} SRV")
    lab.set_rrset(SRV, "SRV", 300, ["0 0 0 ."])
    assert tags(eyes.see(CHECK)) == ["AUTODISCOVER_NONE"]


def test_what_cannot_be_seen_is_unknown(lab: Company, eyes: Eyes):
    """Silence, nonsense and an error at the name that is made for it."""
    for fault in ("hang", "garbage", "drip"):
        lab.web.fault = fault
        assert {f.outcome for f in eyes.see(CHECK)} == {Outcome.UNKNOWN}
    lab.web.fault = None
    for text in ("<html>", "<a>", FAULT, '<!DOCTYPE x [<!ENTITY a "b">]><Autodiscover>&a;</Autodiscover>'):  # fmt: skip
        _answer(lab, HOST, text)
        assert _only(eyes)[:2] == ("AUTODISCOVER_NOT_SEEN", Outcome.UNKNOWN)
    lab.set_rrset(HOST, "A", 0, [])
    lab.set_rrset(DOMAIN, "A", 0, [])
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "servfail")
    assert {f.outcome for f in eyes.see(CHECK)} == {Outcome.UNKNOWN}
