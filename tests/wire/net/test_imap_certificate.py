"""What an IMAP server shows to who calls it by a name, on both ways to TLS; nobody logs in."""

from __future__ import annotations

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap_certificate import certificate
from wire.net.script import Peer, Scripted


def _clear(peer: Peer, *, offers: str = "STARTTLS", answer: str = "OK begin") -> bool:
    """Speak in the clear until TLS is to begin; whether it is."""
    peer.say(f"* OK [CAPABILITY IMAP4rev1 {offers}] hello")
    tag, _, verb = peer.hear().partition(" ")
    if verb:
        assert verb == "STARTTLS"
        peer.say(f"{tag} {answer}")
    return bool(verb) and answer.startswith("OK")


@pytest.mark.parametrize("starttls", [False, True])
@pytest.mark.parametrize(
    ("shown", "problem"), [("good", None), ("name", "not trusted"), ("expired", "not trusted")]
)
def test_what_is_shown_is_told(contexts, ca_file, shown, problem, starttls):
    """Good or bad, its names are told; after a bad one it is asked once more, for these."""
    heard = []

    def play(peer: Peer) -> None:
        if not starttls or _clear(peer):
            peer.start_tls(contexts[shown])
            heard.append(peer.hear())

    with Scripted(play) as server:
        seen = certificate(server.endpoint("mx.test"), ca_file, starttls=starttls, timeout=5)
        assert server.connections == (1 if problem is None else 2)
    assert seen.names
    assert (seen.problem is None) if problem is None else problem in seen.problem
    assert heard == [""], "nobody logs in"


@pytest.mark.parametrize(
    ("offers", "answer", "text"),
    [("IDLE", "OK", "does not offer"), ("STARTTLS", "NO not today", "not today")],
)
def test_a_server_without_starttls_is_an_error(ca_file, offers, answer, text):
    """No handshake, no facts."""
    with (
        Scripted(lambda peer: _clear(peer, offers=offers, answer=answer)) as server,
        pytest.raises(NetError, match=text) as caught,
    ):
        certificate(server.endpoint("mx.test"), ca_file, starttls=True, timeout=5)
    assert caught.value.kind == "tls"
