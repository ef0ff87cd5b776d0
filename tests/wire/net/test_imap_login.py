"""Logging in to IMAP: what goes wrong is named, and the secret is never in what is said."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ssl
import time
import traceback
from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Pin
from migrate_mail.net.imap import ImapTarget
from migrate_mail.secret import Secret
from wire.net.script import Scripted

PLAIN = ImapTarget("imap.test", 143, "none", None, "anna@old.example")
SECRET = Secret("hunter2 päss")


def _spoken(peer, rest, heard, detail):
    """Ask for as much as the mechanism has to say; return what came first."""
    mechanism, _, early = rest.partition(" ")
    asks = {"LOGIN": ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]}.get(mechanism, [] if early else [""])
    said = [early] if early else []
    for challenge in [*asks, *([base64.b64encode(detail).decode()] if detail else [])]:
        peer.say(f"+ {challenge}")
        said.append(peer.hear())
    if heard is not None:
        heard.extend(base64.b64decode(one).decode() for one in said)
    return said[0]


def _server(caps="IMAP4rev1 AUTH=PLAIN", *, login="OK welcome", heard=None, detail=None):
    """Play an IMAP server up to the login; `login` is the answer to it, `{echo}` what was sent.

    detail: what it says of a token that it refuses.
    """

    def play(peer):
        peer.say("* OK ready")
        while line := peer.hear():
            tag, verb, rest = (*line.split(" ", 2), "", "")[:3]
            if heard is not None:
                heard.append(line)
            if verb == "CAPABILITY":
                peer.say(f"* CAPABILITY {caps}", f"{tag} OK done")
            elif verb == "AUTHENTICATE":
                echo = _spoken(peer, rest, heard, detail)
                peer.say(f"{tag} {login.format(echo=echo)}")
            elif verb == "LOGIN":
                peer.say(f"{tag} {login.format(echo=rest)}")
            else:
                peer.say("* BYE", f"{tag} OK done")

    return play


def _refused(dialer, target=PLAIN, secret=SECRET):
    with pytest.raises(NetError) as caught:
        dialer.read_only(target, secret)
    return caught.value


def test_plain_carries_every_character(imap):
    """AUTHENTICATE PLAIN is preferred, and carries names and passwords beyond ASCII."""
    heard: list[str] = []
    with Scripted(_server(heard=heard)) as server, imap(server).read_only(PLAIN, SECRET):
        pass
    assert "\0anna@old.example\0hunter2 päss" in heard
    assert heard[-1].endswith("LOGOUT")


def test_login_where_plain_is_not_offered(imap):
    """LOGIN is the fallback, with its arguments quoted."""
    heard: list[str] = []
    secret = Secret('a"b\\c d')
    with Scripted(_server("IMAP4rev1", heard=heard)) as server:
        imap(server).read_only(PLAIN, secret).close()
    assert any(line.endswith('LOGIN "anna@old.example" "a\\"b\\\\c d"') for line in heard)


def test_sasl_login(imap):
    """AUTH=LOGIN gives name and password one by one, every character of them."""
    heard: list[str] = []
    with Scripted(_server("IMAP4rev1 AUTH=LOGIN SASL-IR", heard=heard)) as server:
        imap(server).read_only(PLAIN, SECRET).close()
    assert heard[1:4] == ["M1 AUTHENTICATE LOGIN", "anna@old.example", "hunter2 päss"]


def test_an_admin_logs_in_for_somebody(imap):
    """PLAIN carries whose mailbox and who gives the password, in one round trip with SASL-IR."""
    heard: list[str] = []
    target = PLAIN._replace(admin="root")
    with Scripted(_server("IMAP4rev1 AUTH=PLAIN SASL-IR", heard=heard)) as server:
        imap(server).read_only(target, SECRET).close()
    assert "anna@old.example\0root\0hunter2 päss" in heard
    assert heard[1].startswith("M1 AUTHENTICATE PLAIN YW5uYUBv")


def test_an_admin_is_never_let_into_the_wrong_mailbox(imap):
    """Where PLAIN is not offered nothing is sent: LOGIN would open the admin's own."""
    heard: list[str] = []
    with Scripted(_server("IMAP4rev1 AUTH=LOGIN", heard=heard)) as server:
        error = _refused(imap(server), PLAIN._replace(admin="root"))
    assert error.kind == "auth"
    assert "it offers LOGIN" in error.text
    assert [line for line in heard if "LOGIN" in line.split(" ")] == []


TOKEN = Secret("eyJ0.token-token-token.x")


@pytest.mark.parametrize("caps", ["SASL-IR", ""])
@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        ("XOAUTH2", "user=anna@old.example\x01auth=Bearer {token}\x01\x01"),
        (
            "OAUTHBEARER",
            "n,a=anna@old.example,\x01host=imap.test\x01port=143\x01auth=Bearer {token}\x01\x01",
        ),
    ],
)
def test_a_token(imap, caps, mechanism, said):
    """A token is said in the words of the mechanism that the server offers."""
    heard: list[str] = []
    offers = f"IMAP4rev1 AUTH=PLAIN AUTH={mechanism} {caps}".strip()
    with Scripted(_server(offers, heard=heard)) as server:
        imap(server).read_only(PLAIN._replace(way="token"), TOKEN).close()
    assert said.format(token=TOKEN.reveal()) in heard


@pytest.mark.parametrize(("mechanism", "last"), [("XOAUTH2", ""), ("OAUTHBEARER", "\x01")])
def test_a_refused_token_is_explained(imap, mechanism, last):
    """What the server says of the token is acknowledged and told, without the token."""
    heard: list[str] = []
    play = _server(
        f"IMAP4rev1 AUTH={mechanism} SASL-IR",
        login="NO AUTHENTICATE failed. {echo}",
        heard=heard,
        detail=b'{"status":"invalid_token","scope":"mail"}',
    )
    with Scripted(play) as server:
        error = _refused(imap(server), PLAIN._replace(way="token"), TOKEN)
    assert heard[3] == last
    assert error.kind == "auth"
    assert (
        error.text
        == "the token for anna@old.example is refused: AUTHENTICATE failed. *** (status invalid_token, scope mail)"
    )
    assert error.hint


def test_a_token_is_never_sent_as_a_password(imap):
    """A server without the mechanisms for tokens gets none, and what it offers is named."""
    heard: list[str] = []
    with Scripted(_server("IMAP4rev1 AUTH=PLAIN AUTH=NTLM", heard=heard)) as server:
        error = _refused(imap(server), PLAIN._replace(way="token"), TOKEN)
    assert error.text == "the server does not take a token; it offers NTLM, PLAIN"
    assert len([line for line in heard if line.startswith("M")]) == 1


def test_a_long_token_waits_to_be_asked(imap):
    """A token longer than the line that servers take does not go out with the command."""
    heard: list[str] = []
    token = Secret("x" * 9000)
    with Scripted(_server("IMAP4rev1 AUTH=XOAUTH2 SASL-IR", heard=heard)) as server:
        imap(server).read_only(PLAIN._replace(way="xoauth2"), token).close()
    assert heard[1] == "M1 AUTHENTICATE XOAUTH2"
    assert token.reveal() in heard[2]


def test_a_mechanism_that_is_named_is_the_only_one(imap):
    """`login: login` uses it though PLAIN is there; what is not offered ends it by name."""
    heard: list[str] = []
    with Scripted(_server("IMAP4rev1 AUTH=PLAIN", heard=heard)) as server:
        imap(server).read_only(PLAIN._replace(way="login"), Secret("pw")).close()
        error = _refused(imap(server), PLAIN._replace(way="xoauth2"), TOKEN)
    assert 'M1 LOGIN "anna@old.example" "pw"' in heard
    assert error.text.startswith("the server does not take XOAUTH2")


@pytest.mark.parametrize("caps", ["IMAP4rev1 AUTH=PLAIN", "IMAP4rev1"])
@pytest.mark.parametrize("word", ["NO", "BAD"])
def test_a_wrong_password_is_told_in_the_servers_words(imap, pauses, caps, word):
    """It is `auth`, with the server's words, tried once only: accounts get locked."""
    login = f"{word} [AUTHENTICATIONFAILED] Invalid credentials"
    with Scripted(_server(caps, login=login)) as server:
        error = _refused(imap(server))
        assert server.connections == 1
    assert error.kind == "auth"
    assert "[AUTHENTICATIONFAILED] Invalid credentials" in error.text
    assert pauses == []


@pytest.mark.parametrize(
    "login", ["NO [UNAVAILABLE] LDAP is down", "NO [LIMIT] Too many connections"]
)
def test_a_busy_server_is_no_wrong_password(imap, pauses, login):
    """What says nothing about the password is `busy`, and is tried again with growing pauses."""
    with Scripted(_server(login=login)) as server:
        error = _refused(imap(server))
        assert server.connections == 3
    assert error.kind == "busy"
    assert len(pauses) == 2


@pytest.mark.parametrize("login", ["NO you sent {echo}", "BAD what is {echo}", "OOPS {echo}"])
@pytest.mark.parametrize("caps", ["IMAP4rev1 AUTH=PLAIN", "IMAP4rev1"])
def test_the_secret_is_in_no_message(imap, caps, login):
    """Even a server that echoes it, in clear or in base64, cannot bring it into the error."""
    secret = Secret("hunter2")
    with Scripted(_server(caps, login=login)) as server:
        error = _refused(imap(server), secret=secret)
    told = "".join(traceback.format_exception(error)) + repr(error.__dict__)
    chain: BaseException | None = error
    while chain is not None:
        told += repr(chain) + repr(chain.args)
        chain = chain.__context__ or chain.__cause__
    assert "hunter2" not in told
    assert base64.b64encode(b"\0anna@old.example\0hunter2").decode() not in told


@pytest.mark.parametrize("secret", ["a\r\nb", "a\udc80b"])
def test_a_secret_that_cannot_be_sent_is_in_no_message(imap, secret):
    """A secret with a line break or half a character is `auth`, unseen."""
    with Scripted(_server("IMAP4rev1")) as server:
        error = _refused(imap(server), secret=Secret(secret))
    assert error.kind == "auth"
    assert error.__context__ is None
    assert "cannot be sent" in error.text


def test_a_server_that_wants_tls_first(imap):
    """LOGINDISABLED without TLS is a matter of TLS, and nothing is sent."""
    heard: list[str] = []
    with Scripted(_server("IMAP4rev1 LOGINDISABLED", heard=heard)) as server:
        error = _refused(imap(server))
    assert error.kind == "tls"
    assert "LOGINDISABLED" in error.text
    assert not [line for line in heard if "LOGIN" in line.split(" ")]


def _then(*steps):
    def play(peer):
        for step in steps:
            step(peer)

    return play


def _say(*lines):
    return lambda peer: peer.say(*lines)


def _more_challenges(peer):
    peer.say("* OK ready")
    while line := peer.hear():
        tag, _, rest = line.partition(" ")
        if rest == "CAPABILITY":
            peer.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN", f"{tag} OK done")
        else:
            peer.say("+ ")


HOSTILE = {
    "silent": ([lambda peer: peer.hang()], "timeout", "banner"),
    "bye": ([_say("* BYE Too many connections from your address")], "busy", "banner"),
    "closes": ([], "closed", "banner"),
    "reset": ([_say("* OK hi"), lambda p: p.hear(), lambda p: p.reset()], "closed", "CAPABILITY"),
    "smtp": ([_say("220 mx ESMTP")], "garbage", "banner"),
    "pop": ([_say("+OK ready"), lambda peer: peer.hang()], "garbage", "banner"),
    "preauth": ([_say("* PREAUTH hello root"), lambda p: p.hear()], "garbage", "banner"),
    "old": ([_say("* OK hi"), lambda p: p.say(f"* CAPABILITY IMAP2\r\n{p.hear().split()[0]} OK")], "garbage", "CAPABILITY"),
    "drip": ([lambda peer: peer.drip(b"* OK " + b"x" * 500, 0.02)], "timeout", "banner"),
    "hangs-at-capability": ([_say("* OK hi"), lambda peer: peer.hang()], "timeout", "CAPABILITY"),
    "endless-challenge": ([_more_challenges], "garbage", "AUTHENTICATE"),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "kind", "phase"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_server_is_an_error_with_its_phase(imap, steps, kind, phase):
    """Whatever the server does, the login ends in time and says how and where it broke off."""
    began = time.monotonic()
    with Scripted(_then(*steps)) as server:
        error = _refused(imap(server))
    assert (error.kind, error.phase) == (kind, phase)
    assert time.monotonic() - began < 9


def _secure(contexts, which, *, starttls=False, extra="", hear=str):
    def play(peer):
        if starttls:
            peer.say("* OK ready")
            tag = peer.hear().split(" ")[0]
            peer.say("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED", f"{tag} OK done")
            while (line := peer.hear()) and "STARTTLS" not in line:
                peer.say(
                    f"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{line.split()[0]} OK"
                )
            peer.send(f"{line.split(' ')[0]} OK go\r\n{extra}".encode())
        peer.start_tls(contexts[which])
        if not starttls:
            peer.say("* OK ready")
        while line := peer.hear():
            hear(line)
            tag, verb = line.split(" ")[:2]
            if verb == "AUTHENTICATE":
                peer.say("+ ")
                peer.hear()
            if verb == "CAPABILITY":
                peer.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
            peer.say(f"{tag} OK done")

    return play


def _target(tls, ca):
    return ImapTarget("imap.test", 143, tls, ca, "anna")


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_is_for_the_configured_host(imap, contexts, ca_file, tls):
    """The certificate must be good for the configured name, though another address is dialled."""
    with Scripted(_secure(contexts, "good", starttls=tls == "starttls")) as server:
        session = imap(server, timeout=2).read_only(_target(tls, ca_file), SECRET)
        assert session.endpoint.rerouted
        assert "AUTH=PLAIN" in session.capabilities
        session.close()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize(
    ("which", "words"), [("name", "mismatch"), ("stranger", "local issuer")]
)
def test_a_bad_certificate_ends_it(imap, contexts, ca_file, tls, which, words):
    """No secret is sent to a server whose certificate is not trusted."""
    with Scripted(_secure(contexts, which, starttls=tls == "starttls")) as server:
        error = _refused(imap(server, timeout=2), _target(tls, ca_file))
    assert error.kind == "tls"
    assert words in error.text

    assert "tls_waiver" in (error.hint or "")


LATER = datetime.now(UTC) + timedelta(days=1)


def _fingerprint(port):
    return hashlib.sha256(
        ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    ).hexdigest()


@pytest.mark.parametrize("which", ["name", "expired", "stranger"])
def test_a_waived_certificate_is_let_pass(imap, contexts, ca_file, which):
    """A certificate that somebody answers for is taken, whatever is wrong with it."""
    with Scripted(_secure(contexts, which)) as server:
        pin = Pin(_fingerprint(server.port), LATER)
        session = imap(server, timeout=2).read_only(
            _target("implicit", ca_file)._replace(pin=pin), SECRET
        )
        session.close()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_waiver_is_for_one_certificate(imap, contexts, ca_file, tls):
    """Any other certificate ends it, a good one too: nothing is sent, and its fingerprint is told."""
    heard: list[str] = []
    play = _secure(contexts, "good", starttls=tls == "starttls", hear=heard.append)
    with Scripted(play) as server:
        target = _target(tls, ca_file)._replace(pin=Pin("ab" * 32, LATER))
        error = _refused(imap(server, timeout=2), target)
    assert error.kind == "tls"
    assert "its SHA-256 is " in error.text
    assert heard == []


def test_a_waiver_that_ended_while_we_ran(imap, contexts, ca_file):
    """A waiver counts until its moment, also in a run that began before."""
    with Scripted(_secure(contexts, "name")) as server:
        pin = Pin(_fingerprint(server.port), datetime.now(UTC) - timedelta(seconds=1))
        error = _refused(
            imap(server, timeout=2), _target("implicit", ca_file)._replace(pin=pin)
        )
    assert error.kind == "tls"
    assert "the waiver for this certificate ended" in error.text


def test_starttls_that_is_not_offered_ends_it(imap, ca_file):
    """We never go on in the clear when TLS was asked for."""
    heard: list[str] = []
    with Scripted(_server(heard=heard)) as server:
        error = _refused(imap(server), _target("starttls", ca_file))
    assert (error.kind, error.phase) == ("tls", "STARTTLS")
    assert not [line for line in heard if "AUTHENTICATE" in line]


def test_words_before_the_handshake_end_it(imap, contexts, ca_file):
    """What was slipped in before TLS began is not taken for an answer inside it."""
    play = _secure(contexts, "good", starttls=True, extra="* CAPABILITY IMAP4rev1 AUTH=X\r\n")
    with Scripted(play) as server:
        error = _refused(imap(server, timeout=2), _target("starttls", ca_file))
    assert error.kind == "garbage"


def test_tls_to_a_plain_port(imap, ca_file):
    """A server that speaks no TLS is a TLS failure and no hang."""
    with Scripted(_server()) as server:
        error = _refused(imap(server), _target("implicit", ca_file))
    assert (error.kind, error.phase) == ("tls", "TLS")


def test_no_slot_is_left_taken(imap):
    """A failed login and a closed session give their connection back."""
    with Scripted(_server()) as server:
        dialer = imap(server, per_host=1)
        target = ImapTarget("imap.test", 143, "none", None, "anna", connections=1)
        for _ in range(3):
            dialer.read_only(target, SECRET).close()
    with Scripted(_server(login="NO no")) as server:
        dialer = imap(server, per_host=1)
        for _ in range(3):
            assert _refused(dialer, target).kind == "auth"


def test_nobody_there(imap):
    """A closed port is `refused`, without a second try."""
    with Scripted(_server()) as server:
        dialer = imap(server)
    error = _refused(dialer)
    assert (error.kind, error.phase) == ("refused", "connect")


@pytest.mark.parametrize("how", ["close_notify", "cut"])
def test_a_tls_connection_that_ends_is_closed_at_once(imap, contexts, ca_file, how):
    """Whether the server takes its leave of TLS or just goes: `closed`, and no wait for more."""

    def play(peer):
        greet_until_status(peer)
        if how == "close_notify":
            with contextlib.suppress(OSError):
                peer.sock.unwrap()
        peer.sock.close()

    def greet_until_status(peer):
        peer.start_tls(contexts["good"])
        peer.say("* OK ready")
        while (line := peer.hear()) and "STATUS" not in line:
            tag, verb = line.split(" ")[:2]
            if verb == "AUTHENTICATE":
                peer.say("+ ")
                peer.hear()
            if verb == "CAPABILITY":
                peer.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
            peer.say(f"{tag} OK done")

    with (
        Scripted(play) as server,
        imap(server, timeout=5).read_only(_target("implicit", ca_file), SECRET) as session,
    ):
        began = time.monotonic()
        with pytest.raises(NetError) as caught:
            session.status("INBOX")
    assert caught.value.kind == "closed"
    assert time.monotonic() - began < 4.5
