"""Many recipients are asked in one session, and nobody gets mail."""

from __future__ import annotations

from wire.net.script import Scripted

KNOWN = {f"u{n}@old.example" for n in range(120)}


def _server(heard, *, answer=lambda line: None, features=("PIPELINING",), batch=1000):
    """Play an SMTP server that knows KNOWN and takes `batch` recipients in one transaction."""

    def play(peer):
        peer.say("220 mx")
        taken = 0
        while line := peer.hear():
            heard.append(line)
            taken = taken + 1 if line.startswith("RCPT") else 0
            said = answer(line) or _usual(line, features, full=taken > batch)
            if said == "close":
                return
            peer.say(*said.split("\n"))

    return play


def _usual(line, features, *, full):
    if line.startswith("EHLO"):
        return "\n".join(["250-mx", *(f"250-{f}" for f in features), "250 HELP"])
    if not line.startswith("RCPT"):
        return "250 ok"
    if full:
        return "452 4.5.3 too many recipients"
    return "250 ok" if line[9:-1] in KNOWN else "550 5.1.1 no such user"


def test_every_address_gets_its_answer(smtp):
    """Known ones are accepted, an unknown one is refused; the transaction is reset, DATA never comes."""
    heard: list[str] = []
    asked = [*sorted(KNOWN), "nobody@old.example"]
    with Scripted(_server(heard)) as server:
        facts = smtp.recipients(server.endpoint(), asked)
    assert facts.failure is None
    assert [r.address for r in facts.replies] == asked
    assert {r.code for r in facts.replies[:-1]} == {250}
    assert (facts.replies[-1].code, facts.replies[-1].text) == (550, "5.1.1 no such user")
    assert server.connections == 1
    assert "RSET" in heard
    assert "DATA" not in heard
    assert heard[-1] == "QUIT"


def test_too_many_for_one_transaction_is_asked_again(smtp):
    """452 after some recipients starts a new transaction and asks that one again."""
    asked = sorted(KNOWN)[:25]
    with Scripted(_server([], batch=10)) as server:
        facts = smtp.recipients(server.endpoint(), asked)
    assert {r.code for r in facts.replies} == {250}


def test_stops_at_421(smtp):
    """After a 421 nothing more is asked: the rest has code 0 and the reason is told."""
    heard: list[str] = []
    answer = {"RCPT TO:<u2@old.example>": "421 4.7.0 too many errors"}.get
    with Scripted(_server(heard, answer=answer)) as server:
        facts = smtp.recipients(server.endpoint(), [f"u{n}@old.example" for n in range(5)])
    assert [r.code for r in facts.replies] == [250, 250, 421, 0, 0]
    assert facts.replies[3].text.startswith("not asked: 421 4.7.0")
    assert facts.failure is not None
    assert (facts.failure.kind, facts.failure.phase) == ("busy", "RCPT")
    assert not [line for line in heard if "u3" in line]


def test_a_dropped_connection_keeps_what_was_said(smtp):
    """What was answered before the connection broke is kept."""
    answer = {"RCPT TO:<u1@old.example>": "close"}.get
    with Scripted(_server([], answer=answer)) as server:
        facts = smtp.recipients(server.endpoint(), [f"u{n}@old.example" for n in range(3)])
    assert [r.code for r in facts.replies] == [250, 0, 0]
    assert facts.failure is not None
    assert facts.failure.kind == "closed"


def test_refused_sender(smtp):
    """A MAIL that is refused asks nobody, and is told with its phase."""
    answer = {"MAIL FROM:<probe@probe.test>": "550 5.7.1 we do not like you"}.get
    with Scripted(_server([], answer=answer)) as server:
        facts = smtp.recipients(server.endpoint(), ["u1@old.example"])
    assert [r.code for r in facts.replies] == [0]
    assert facts.failure is not None
    assert (facts.failure.kind, facts.failure.phase) == ("denied", "MAIL")


def test_a_server_that_is_not_there_is_told_for_each(smtp):
    """When the conversation never began, every address has code 0."""
    with Scripted(lambda peer: None) as server:
        facts = smtp.recipients(server.endpoint(), ["a@x", "b@x"])
    assert [(r.address, r.code) for r in facts.replies] == [("a@x", 0), ("b@x", 0)]


def test_addresses_beyond_ascii(smtp):
    """With SMTPUTF8 they are asked as they are; without, they were not asked."""
    heard: list[str] = []
    with Scripted(_server(heard, features=("SMTPUTF8",))) as server:
        facts = smtp.recipients(server.endpoint(), ["änna@old.example"])
    assert facts.replies[0].code == 550
    assert "MAIL FROM:<probe@probe.test> SMTPUTF8" in heard
    with Scripted(_server([])) as server:
        facts = smtp.recipients(server.endpoint(), ["änna@old.example", "u1@old.example"])
    assert [r.code for r in facts.replies] == [0, 250]
    assert "SMTPUTF8" in facts.replies[0].text


def test_starttls_is_used_for_recipients(smtp, contexts):
    """Where TLS is offered it is used, whoever signed the certificate: some servers ask nobody without."""
    heard: list[str] = []

    def play(peer):
        peer.say("220 mx")
        peer.hear()
        peer.say("250-mx", "250 STARTTLS")
        assert peer.hear() == "STARTTLS"
        peer.say("220 go")
        peer.start_tls(contexts["stranger"])
        while line := peer.hear():
            heard.append(line)
            peer.say("250 ok")

    with Scripted(play) as server:
        facts = smtp.recipients(server.endpoint(), ["a@x"])
    assert facts.replies[0].code == 250
    assert heard[0].startswith("EHLO")
