"""Names that phones go on using lead to new: whether its IMAP server has a certificate for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from ssl import SSLContext

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.certs import server_context
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene_zones import NEW_IP, OLD_IP
from support.seeing import Eyes, changed, hurried, open_eyes, tags
from wire.net.script import Peer, Scripted

DOMAIN = "lindenhof.example"
NAME = f"mail.{DOMAIN}"
HOST = "imap.newhost.example"
CHECK = "clients.certificate"


class Shop:
    """An IMAP server that goes no further than the handshake. window: what it shows."""

    def __init__(self) -> None:
        self.window: SSLContext | None = server_context(HOST, NAME)

    def play(self, peer: Peer) -> None:
        """Shake hands, if there is something to show."""
        if self.window is not None:
            peer.start_tls(self.window)
            peer.hear()


@pytest.fixture
def shop() -> Shop:
    """What the IMAP server of new shows: a certificate for its own name and that of the phones."""
    return Shop()


@pytest.fixture
def phones(lab: Company, project: Path, shop: Shop) -> Iterator[Eyes]:
    """A name for phones that leads to new."""
    lab.set_rrset(NAME, "A", 300, [NEW_IP])
    with Scripted(shop.play) as server:
        here = {f"{HOST}:993": f"{server.host}:{server.port}"}
        yield open_eyes(
            project,
            change=lambda i: changed(hurried(i), connect={**i.spec.connect, **here}),
        )


def test_a_certificate_for_the_name_is_good(phones: Eyes):
    """With the name in the certificate, and a chain to the CA that people trust."""
    [found] = phones.see(CHECK)
    assert (found.tag, found.outcome, found.subject) == ("CLIENT_CERT_GOOD", Outcome.PASS, NAME)
    assert NAME in found.args["names"]


def test_a_name_that_is_missing_is_found(phones: Eyes, shop: Shop):
    """The server has a good certificate, but for its own name only: every phone warns."""
    shop.window = server_context(HOST)
    [found] = phones.see(CHECK)
    assert (found.tag, found.outcome) == ("CLIENT_CERT_DISTRUSTED", Outcome.FAIL)
    assert HOST in found.args["names"]
    assert NAME in found.fix


def test_an_alias_is_followed(lab: Company, phones: Eyes, shop: Shop):
    """A CNAME to the host of new is the usual way; the certificate must have the alias all the same."""
    lab.set_rrset(NAME, "A", 300, [])
    lab.set_rrset(f"pop.{DOMAIN}", "CNAME", 300, [f"{HOST}."])
    [found] = phones.see(CHECK)
    assert (found.tag, found.subject) == ("CLIENT_CERT_DISTRUSTED", f"pop.{DOMAIN}")


def test_a_certificate_that_ends_soon_is_found(phones: Eyes, shop: Shop):
    """Thirteen days are less than fourteen."""
    shop.window = server_context(NAME, days=13)
    assert tags(phones.see(CHECK)) == ["CLIENT_CERT_ENDS"]
    assert phones.outcome(CHECK, days=12) is Outcome.PASS


def test_a_name_at_old_is_not_news_lacking(lab: Company, phones: Eyes):
    """What leads to old is `clients.names`'s to find; nothing is proved here."""
    lab.set_rrset(NAME, "A", 300, [OLD_IP])
    [found] = phones.see(CHECK)
    assert (found.tag, found.outcome) == ("CLIENT_CERT_NO_NAME", Outcome.SKIP)


def test_further_names_are_asked_for(lab: Company, phones: Eyes):
    """The admin knows what people have typed."""
    lab.set_rrset(f"post.{DOMAIN}", "A", 300, [NEW_IP])
    found = phones.see(CHECK, names=[f"post.{DOMAIN}"])
    assert {f.subject: f.outcome for f in found} == {
        NAME: Outcome.PASS, f"post.{DOMAIN}": Outcome.FAIL,
    }  # fmt: skip


def test_a_server_that_does_not_shake_hands_is_unknown(phones: Eyes, shop: Shop):
    """It hangs up: nobody knows what it would show."""
    shop.window = None
    assert [(f.tag, f.outcome) for f in phones.see(CHECK)] == [
        ("COULD_NOT_LOOK", Outcome.UNKNOWN)
    ]
