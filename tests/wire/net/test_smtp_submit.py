"""One message is handed over, or its fate is told."""

from __future__ import annotations

import pytest

from wire.net.script import Scripted

MESSAGE = b"Subject: test\r\n\r\n.dot\r\nbare\nlast"


def _server(got, **answers):
    def play(peer):
        peer.say("220 mx")
        while line := peer.hear():
            verb = line.split(" ")[0]
            got.append(line)
            if verb == "EHLO":
                peer.say("250-mx", "250-8BITMIME", "250 SIZE 1000000")
                continue
            if verb == "DATA" and "DATA" not in answers:
                peer.say("354 go ahead")
                while (line := peer.hear()) != ".":
                    got.append(line)
                if "end" in answers:
                    answers["end"](peer)
                    return
                peer.say("250 2.0.0 queued as 42")
                continue
            peer.say(answers.get(verb, "250 ok"))

    return play


def test_a_message_arrives(smtp):
    """The message comes through with its dots doubled, and the final reply is kept."""
    got: list[str] = []
    with Scripted(_server(got)) as server:
        fate = smtp.submit(server.endpoint(), "anna@old.example", MESSAGE)
    assert fate.accepted
    assert (fate.code, fate.text) == (250, "2.0.0 queued as 42")
    assert got[1:-1] == [
        f"MAIL FROM:<probe@probe.test> SIZE={len(MESSAGE)}", "RCPT TO:<anna@old.example>", "DATA",
        "Subject: test", "", "..dot", "bare", "last",
    ]  # fmt: skip


def test_eight_bits_are_announced(smtp):
    """A message beyond ASCII is announced as such where the server takes it (RFC 6152)."""
    got: list[str] = []
    with Scripted(_server(got)) as server:
        assert smtp.submit(server.endpoint(), "a@x", "Subject: ü\r\n\r\n".encode()).accepted
    assert got[1].endswith(" BODY=8BITMIME")


@pytest.mark.parametrize(
    ("verb", "reply", "kind"),
    [
        ("MAIL", "550 5.7.1 no", "denied"),
        ("RCPT", "450 4.7.1 greylisted", "busy"),
        ("RCPT", "550 5.1.1 unknown", "denied"),
        ("DATA", "554 5.5.1 no", "denied"),
    ],
)
def test_a_refusal_is_told_with_its_phase(smtp, verb, reply, kind):
    """The reply's code, its words and the phase are kept."""
    with Scripted(_server([], **{verb: reply})) as server:
        fate = smtp.submit(server.endpoint(), "a@x", MESSAGE)
    assert not fate.accepted
    assert fate.code == int(reply[:3])
    assert fate.failure is not None
    assert (fate.failure.kind, fate.failure.phase, fate.failure.text) == (kind, verb, reply)


@pytest.mark.parametrize(
    ("end", "kind", "code"),
    [
        (lambda peer: peer.say("550 5.7.1 spam"), "denied", 550),
        (lambda peer: peer.reset(), "closed", 0),
        (lambda peer: peer.say("ok"), "garbage", 0),
    ],
    ids=["spam", "reset", "garbage"],
)
def test_the_end_of_data(smtp, end, kind, code):
    """Only a 250 after the last dot is an accepted message."""
    with Scripted(_server([], end=end)) as server:
        fate = smtp.submit(server.endpoint(), "a@x", MESSAGE)
    assert not fate.accepted
    assert fate.code == code
    assert fate.failure is not None
    assert (fate.failure.kind, fate.failure.phase) == (kind, "DATA")


def test_an_illegal_recipient_sends_nothing(smtp):
    """A recipient that could smuggle a command is refused before MAIL."""
    got: list[str] = []
    with Scripted(_server(got)) as server:
        fate = smtp.submit(server.endpoint(), "a@x>\r\nDATA", MESSAGE)
    assert not fate.accepted
    assert not [line for line in got if line.startswith("MAIL")]
