"""Sending through new: the login, the right to the address, TLS, and servers that misbehave."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Inventory, Login
from migrate_mail.lab.company import Company
from migrate_mail.secret import Secret
from support.seeing import Eyes, changed, open_eyes, tags
from support.shop import Shop
from wire.net.script import Peer, Scripted

CHECK = "clients.submission"
HOST = "imap.newhost.example"
ANNA = "anna@lindenhof.example"
PASSWORD = "neu-anna-Grün"


def _with(**parts: object) -> Callable[[Inventory], Inventory]:
    """Return what changes systems.new.submission."""

    def change(inventory: Inventory) -> Inventory:
        systems = inventory.spec.systems
        assert systems.new.submission is not None
        server = systems.new.submission.model_copy(update=parts)
        new = systems.new.model_copy(update={"submission": server})
        return changed(inventory, systems=systems.model_copy(update={"new": new}))

    return change


def _see(project: Path, play: Callable[[Peer], None], **parts: object) -> list[Finding]:
    """Let a script stand for the submission server, and try Anna, and a name that does not exist."""
    with Scripted(play) as server:

        def change(inventory: Inventory) -> Inventory:
            here = {f"{HOST}:465": f"{server.host}:{server.port}"}
            connect = {**inventory.spec.connect, **here}
            return changed(_with(**parts)(inventory), connect=connect)

        return open_eyes(project, change=change).see(CHECK, ANNA, nobody=True)


@pytest.fixture
def eyes(project: Path) -> Eyes:
    """What looks at a company in which everybody may send."""
    return open_eyes(project)


def test_people_send(eyes: Eyes, lab: Company):
    """Three of four accounts log in with passwords that are not ASCII; nothing is sent, nobody else gets in."""
    found = eyes.see(CHECK)
    assert tags(found) == ["SUBMISSION_WORKS"] * 3
    assert len({f.subject for f in found}) == 3
    assert lab.new.submission.accepted == []
    assert lab.new.submission.log.count("AUTH PLAIN") == 3
    assert "DATA" not in lab.new.submission.log


def test_nobody_gets_in(eyes: Eyes, lab: Company):
    """A name that does not exist is tried on request, and a good server refuses it."""
    assert tags(eyes.see(CHECK, ANNA, nobody=True)) == ["SUBMISSION_WORKS"]
    assert lab.new.submission.log.count("AUTH PLAIN") == 2


def test_a_password_for_reading_only(eyes: Eyes, lab: Company, project: Path):
    """Who is refused is named, with the server's words and the next step."""
    lab.new.imap.faults.refuse.add(ANNA)
    [found] = eyes.see(CHECK, ANNA)
    assert (found.tag, found.outcome, found.subject) == (
        "SUBMISSION_REFUSED",
        Outcome.FAIL,
        ANNA,
    )
    assert str(found.args["text"]).startswith("535")
    assert found.fix


def test_not_told_is_skipped(project: Path):
    """Without systems.new.submission nothing is known, and nothing is claimed."""

    def change(inventory: Inventory) -> Inventory:
        systems = inventory.spec.systems
        new = systems.new.model_copy(update={"submission": None})
        return changed(inventory, systems=systems.model_copy(update={"new": new}))

    [found] = open_eyes(project, change=change).see(CHECK)
    assert (found.tag, found.outcome) == ("SUBMISSION_NOT_TOLD", Outcome.SKIP)


def test_a_strange_certificate_gets_no_password(project: Path):
    """A certificate for another name is a fault, and nobody's password is shown to it."""
    shop = Shop(name="somebody-else.example")
    [found] = _see(project, shop.implicit)
    assert (found.tag, found.outcome) == ("SUBMISSION_DISTRUSTED", Outcome.FAIL)
    assert shop.heard == []


def test_starttls(project: Path):
    """On a port of STARTTLS the login follows the handshake."""
    found = _see(project, Shop().starttls, tls="starttls")
    # This shop lets everybody in, and that is found too.
    assert tags(found) == ["SUBMISSION_WORKS", "SUBMISSION_TAKES_ANYBODY"]


@pytest.mark.parametrize(
    ("how", "tag", "outcome"),
    [
        ({"early": "AUTH PLAIN"}, "SUBMISSION_AUTH_IN_CLEAR", Outcome.FAIL),
        ({"plain": "yes"}, "SUBMISSION_NO_TLS", Outcome.FAIL),
        ({"offer": "HELP"}, "SUBMISSION_NO_AUTH", Outcome.FAIL),
    ],
)
def test_doors_that_are_wrong(project: Path, how: dict[str, str], tag: str, outcome: Outcome):
    """No TLS, no AUTH, AUTH before TLS: each is told, and no password is sent."""
    shop = Shop(**how)
    [found] = _see(project, shop.starttls, tls="starttls")
    assert (found.tag, found.outcome) == (tag, outcome)
    assert not any(line.startswith("AUTH") for line in shop.heard)


@pytest.mark.parametrize(
    ("shop", "tag", "outcome"),
    [
        (Shop(login="535 5.7.8 no"), "SUBMISSION_REFUSED", Outcome.FAIL),
        (Shop(login="454 4.7.0 later"), "SUBMISSION_LOGIN_OPEN", Outcome.UNKNOWN),
        (Shop(login="blah"), "SUBMISSION_NOT_SEEN", Outcome.UNKNOWN),
        (Shop(mail="553 5.7.1 not yours"), "SUBMISSION_NO_RIGHT", Outcome.FAIL),
        (Shop(mail="450 4.3.2 busy"), "SUBMISSION_LOGIN_OPEN", Outcome.UNKNOWN),
        (Shop(offer="AUTH GSSAPI"), "SUBMISSION_NO_WAY", Outcome.FAIL),
    ],
)
def test_what_a_server_says_to_anna(project: Path, shop: Shop, tag: str, outcome: Outcome):
    """5xx is a fault, 4xx and babble are not known; the first word is about Anna."""
    found = _see(project, shop.implicit)[0]
    assert (found.tag, found.outcome, found.subject) == (tag, outcome, ANNA)


def test_a_server_that_echoes_learns_nothing_about_discretion(project: Path):
    """What a server repeats of a login is not in the finding, in clear or in base64."""
    plain = base64.b64encode(f"\0{ANNA}\0{PASSWORD}".encode()).decode()
    for words in (f"535 5.7.8 {PASSWORD}?", f"535 5.7.8 {plain}?", f"{plain} what"):
        found = _see(project, Shop(login=words).implicit)[0]
        told = repr(found)
        assert PASSWORD not in told
        assert plain not in told
        assert plain[4:20] not in told


def test_an_admin_who_is_refused_says_nothing_of_the_user(project: Path):
    """With one admin login for all, a refusal for sending is not known to be the user's."""

    def change(inventory: Inventory) -> Inventory:
        anna = inventory.accounts[0]
        admin = replace(anna, new=replace(anna.new, admin="root"))
        return replace(_with()(inventory), accounts=(admin,))

    eyes = open_eyes(project, change=change)

    def secret(_: Login) -> Secret:
        return Secret("whatever")

    eyes = replace(eyes, context=replace(eyes.context, secret=secret))
    found = eyes.see(CHECK, ANNA)
    assert (found[0].tag, found[0].outcome) == ("SUBMISSION_LOGIN_OPEN", Outcome.UNKNOWN)
