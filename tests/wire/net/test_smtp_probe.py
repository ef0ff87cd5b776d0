"""A probe says what it saw of an SMTP server, whatever the server does."""

from __future__ import annotations

import socket
import time

import pytest

from migrate_mail.net.facts import Endpoint
from wire.net.script import Scripted


def _greet(peer, *features):
    peer.say("220 mx.test ESMTP")
    assert peer.hear() == "EHLO probe.test"
    lines = ["mx.test hello", *features]
    peer.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")


def _secure(context, *, after=("SIZE 1000", "8bitmime")):
    def play(peer):
        _greet(peer, "STARTTLS", "SIZE 1000")
        assert peer.hear() == "STARTTLS"
        peer.say("220 go ahead")
        peer.start_tls(context)
        assert peer.hear() == "EHLO probe.test"
        peer.say("250-mx.test", *(f"250-{f}" for f in after), "250 HELP")
        assert peer.hear() == "QUIT"
        peer.say("221 bye")

    return play


def test_all_is_well(smtp, contexts):
    """A good server gives banner, features after TLS, the certificate's facts and no failure."""
    with Scripted(_secure(contexts["good"])) as server:
        facts = smtp.probe(server.endpoint())
    assert facts.failure is None
    assert facts.banner == "220 mx.test ESMTP"
    assert facts.starttls
    assert facts.features == ("SIZE 1000", "8BITMIME", "HELP")
    assert facts.clear == ("STARTTLS", "SIZE 1000")
    assert facts.tls is not None
    assert facts.tls.problem is None
    assert facts.tls.names == ("imap.test", "mx.test")
    assert facts.tls.version.startswith("TLS")
    assert facts.tls.not_after is not None
    assert facts.transcript[:3] == (
        "<- 220 mx.test ESMTP", "-> EHLO probe.test", "<- 250-mx.test hello"
    )  # fmt: skip
    assert server.connections == 1


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("name", "mismatch"),
        ("expired", "expired"),
        ("stranger", "unable to get local issuer"),
    ],
)
def test_a_bad_certificate_is_a_problem_and_no_failure(smtp, contexts, which, words):
    """Senders deliver in spite of a bad certificate, so the probe goes on and tells what is wrong."""
    with Scripted(_secure(contexts[which])) as server:
        facts = smtp.probe(server.endpoint())
    assert facts.failure is None
    assert facts.tls is not None
    assert words in (facts.tls.problem or "")
    assert facts.features == ("SIZE 1000", "8BITMIME", "HELP")
    assert [n for n in facts.transcript if n.startswith("** the certificate is not trusted")]


def test_no_starttls(smtp):
    """A server without STARTTLS is reported so; that is no failure."""

    def play(peer):
        _greet(peer, "PIPELINING")
        peer.hear()

    with Scripted(play) as server:
        facts = smtp.probe(server.endpoint())
    assert (facts.starttls, facts.tls, facts.failure) == (False, None, None)
    assert facts.features == facts.clear == ("PIPELINING",)


def test_starttls_refused(smtp):
    """STARTTLS that was offered and then refused is a failure in that phase."""

    def play(peer):
        _greet(peer, "STARTTLS")
        peer.hear()
        peer.say("454 4.7.0 TLS not available")

    with Scripted(play) as server:
        facts = smtp.probe(server.endpoint())
    assert facts.starttls
    assert facts.tls is None
    assert facts.failure is not None
    assert (facts.failure.kind, facts.failure.phase) == ("busy", "STARTTLS")
    assert "454 4.7.0 TLS not available" in facts.failure.text


def _then(*steps):
    def play(peer):
        for step in steps:
            step(peer)

    return play


def _say(*lines):
    return lambda peer: peer.say(*lines)


def _hear(peer):
    peer.hear()


def _hang(peer):
    peer.hang()


def _reset(peer):
    peer.reset()


EHLO_TLS = (_say("220 mx"), _hear, _say("250-mx", "250 STARTTLS"), _hear)
HOSTILE = {
    "silent": ([_hang], "timeout", "banner"),
    "closes": ([], "closed", "banner"),
    "reset": ([_say("220 mx"), _hear, _say("250-mx"), _reset], "closed", "EHLO"),
    "no-room": ([_say("421 4.3.2 too many connections")], "busy", "banner"),
    "blocked": ([_say("554 no SMTP here")], "denied", "banner"),
    "http": ([_say("HTTP/1.1 400 Bad Request")], "garbage", "banner"),
    "binary": ([lambda peer: peer.send(b"\x15\x03\x01\x00\x02\x02\n" * 3)], "garbage", "banner"),
    "endless-line": ([lambda peer: peer.send(b"220 " + b"x" * 9000), _hang], "garbage", "banner"),
    "endless-reply": ([_say(*["220-more"] * 500), _hang], "garbage", "banner"),
    "dripping-line": ([lambda peer: peer.drip(b"220 " + b"x" * 500, 0.02)], "timeout", "banner"),
    "hangs-at-ehlo": ([_say("220 mx"), _hang], "timeout", "EHLO"),
    "half-an-answer": ([_say("220 mx"), _hear, _say("250-mx")], "closed", "EHLO"),
    "denies-ehlo": ([_say("220 mx"), _hear, _say("554 go away")], "denied", "EHLO"),
    "tls-hangs": ([*EHLO_TLS, _say("220 go"), _hang], "timeout", "STARTTLS"),
    "tls-closes": ([*EHLO_TLS, _say("220 go")], "closed", "STARTTLS"),
    "tls-garbage": ([*EHLO_TLS, _say("220 go"), _hear, _say("250 what?")], "tls", "STARTTLS"),
    "injection": ([*EHLO_TLS, _say("220 go", "250 injected"), _hang], "garbage", "STARTTLS"),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "kind", "phase"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_server_is_a_failure_with_its_phase(smtp, steps, kind, phase):
    """Whatever the server does, the probe ends in time and says how and where it broke off."""
    began = time.monotonic()
    with Scripted(_then(*steps)) as server:
        facts = smtp.probe(server.endpoint())
    assert facts.failure is not None
    assert (facts.failure.kind, facts.failure.phase) == (kind, phase)
    assert time.monotonic() - began < 15


def test_a_reset_at_once(smtp):
    """A reset that comes with the connection is seen while connecting or right after."""
    with Scripted(lambda peer: peer.reset()) as server:
        failure = smtp.probe(server.endpoint()).failure
    assert failure is not None
    assert (failure.kind, failure.phase) in {("refused", "connect"), ("closed", "banner")}


def test_a_late_banner_is_waited_for(smtp):
    """A server that greets late, but in time, is no failure."""

    def play(peer):
        peer.drip(b"220 mx\r\n", 0.03)
        peer.hear()
        peer.say("250 mx")
        peer.hear()

    with Scripted(play) as server:
        assert smtp.probe(server.endpoint()).failure is None


def test_a_server_from_before_ehlo(smtp):
    """A server that knows no EHLO is greeted with HELO and has no features."""

    def play(peer):
        peer.say("220 mx")
        peer.hear()
        peer.say("500 what?")
        assert peer.hear() == "HELO probe.test"
        peer.say("250 mx")
        peer.hear()

    with Scripted(play) as server:
        facts = smtp.probe(server.endpoint())
    assert (facts.failure, facts.features) == (None, ())


def test_hanging_up_at_quit_is_no_failure(smtp):
    """All was seen by then."""
    with Scripted(lambda peer: _greet(peer, "HELP")) as server:
        assert smtp.probe(server.endpoint()).failure is None


def test_a_closed_port_is_refused(smtp):
    """Nobody listening is `refused` in the phase `connect`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = smtp.probe(Endpoint("mx.test", "127.0.0.1", port)).failure
    assert failure is not None
    assert (failure.kind, failure.phase) == ("refused", "connect")


@pytest.mark.parametrize("name", ["", ".mx", "x" * 64 + ".test"])
def test_a_name_that_tls_cannot_carry_is_said(smtp, contexts, name):
    """A host name that cannot be verified is a TLS failure, not a crash."""
    with Scripted(_secure(contexts["good"])) as server:
        failure = smtp.probe(server.endpoint(name)).failure
    assert failure is not None
    assert (failure.kind, failure.phase) == ("tls", "STARTTLS")


def test_a_missing_ca_file_is_said(contexts, tmp_path):
    """A CA file that is not there is no trust, and the path is named."""
    from migrate_mail.net.limits import HostLimits
    from migrate_mail.net.smtp import SmtpDialer

    dialer = SmtpDialer(
        helo="probe.test", sender="", ca=tmp_path / "no.pem", limits=HostLimits(), timeout=1
    )
    with Scripted(_secure(contexts["good"])) as server:
        failure = dialer.probe(server.endpoint()).failure
    assert failure is not None
    assert failure.kind == "tls"
    assert "no.pem" in failure.text


def test_every_connection_takes_a_slot(smtp):
    """A probe with no slot left says `busy`, after waiting; here all slots are taken."""
    limits = smtp._limits
    with Scripted(lambda peer: _greet(peer, "HELP")) as server:
        endpoint = server.endpoint()
        with limits.slot(endpoint, most=1):
            assert limits._taken[endpoint.ip, endpoint.port] == 1
        assert smtp.probe(endpoint).failure is None
        assert limits._taken[endpoint.ip, endpoint.port] == 0
