"""HTTPS facts: what came, what failed in which phase, and never longer than the bound."""

from __future__ import annotations

import time

import pytest

from migrate_mail.lab.certs import authority, server_context
from migrate_mail.lab.https import HttpsServer, Page
from migrate_mail.lab.loop import Loop
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.https import MOST, HttpsDialer, Request
from migrate_mail.net.limits import HostLimits
from support.rude import Rude

HOST = "www.lindenhof.example"
PATIENCE = 0.4


@pytest.fixture(scope="module")
def loop():
    """Give the loop that the server lives on."""
    running = Loop()
    running.start()
    yield running
    running.close()


@pytest.fixture
def web(loop):
    """Give a web server with one page."""
    server = HttpsServer(server_context(HOST))
    server.pages[(HOST, "/page")] = Page(b"hello\n")
    loop.call(server.open())
    yield server
    loop.do(server.close)


@pytest.fixture
def dialer(tmp_path):
    """Give somebody who asks web servers and trusts the lab's CA."""
    ca = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(str(ca))
    return HttpsDialer(ca=ca, limits=HostLimits(), timeout=PATIENCE)


def _at(port: int) -> Endpoint:
    return Endpoint(HOST, "127.0.0.1", port)


def test_a_page_comes_with_status_headers_and_certificate(web, dialer):
    """SNI, Host and verification are for the host, whatever address is dialled."""
    facts = dialer.ask(_at(web.port), Request("/page"))
    assert (facts.status, facts.body, facts.cut, facts.failure) == (
        200,
        b"hello\n",
        False,
        None,
    )
    assert facts.header("content-type") == "text/plain"
    assert facts.tls.problem is None
    assert facts.tls.names == (HOST,)
    assert len(facts.tls.chain) >= 1
    assert web.asked == [f"https://{HOST}/page"]


def test_a_redirect_is_seen_and_not_followed(web, dialer):
    """One question, one answer."""
    web.pages[(HOST, "/page")] = Page(b"", 301, location="https://elsewhere.example/")
    facts = dialer.ask(_at(web.port), Request("/page"))
    assert (facts.status, facts.header("location")) == (301, "https://elsewhere.example/")
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("names", "expired", "words"),
    [(["other.example"], False, "mismatch"), ([HOST], True, "expired")],
)
def test_a_bad_certificate_is_a_fact_beside_the_page(web, dialer, names, expired, words):
    """Both are seen in one look."""
    web.context = server_context(*names, expired=expired)
    facts = dialer.ask(_at(web.port), Request("/page"))
    assert words in facts.tls.problem
    assert (facts.status, facts.failure) == (200, None)


def test_a_post_carries_its_body(web, dialer):
    """For clients that are set up by POST."""
    facts = dialer.ask(_at(web.port), Request("/page", "POST", b"<x/>"))
    assert facts.status == 200


def test_a_body_without_end_is_cut(web, dialer):
    """Not a byte more than the bound is kept."""
    web.fault = "endless"
    facts = dialer.ask(_at(web.port), Request("/page"))
    assert (len(facts.body), facts.cut) == (MOST, True)


@pytest.mark.parametrize(
    ("fault", "kind", "phase"),
    [
        ("hang-tls", "timeout", "TLS"),
        ("close", "closed", "TLS"),
        ("hang", "timeout", "GET"),
        ("drip", "timeout", "GET"),
        ("garbage", "garbage", "GET"),
    ],
)
def test_a_broken_server_is_a_failure_in_a_phase_and_in_time(web, dialer, fault, kind, phase):
    """A byte now and then does not buy more time than the bound."""
    web.fault = fault
    began = time.monotonic()
    facts = dialer.ask(_at(web.port), Request("/page"))
    assert time.monotonic() - began < 3 * PATIENCE + 15
    assert (facts.failure.kind, facts.failure.phase, facts.status) == (kind, phase, 0)


@pytest.mark.parametrize(
    ("manner", "kind", "phase"),
    [
        ("closed", "refused", "connect"),
        ("silent", "timeout", "TLS"),
        ("garbage", "tls", "TLS"),
        ("drop", "closed", "TLS"),
    ],
)
def test_a_port_that_speaks_no_tls_is_a_failure(dialer, manner, kind, phase):
    """Whatever is there instead of a web server."""
    with Rude(manner) as rude:
        facts = dialer.ask(_at(rude.port), Request("/page"))
    assert (facts.failure.kind, facts.failure.phase) == (kind, phase)
