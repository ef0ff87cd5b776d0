"""Questions behind a login, before its answer: only where the server is known to read on, and never believed blindly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap import Ahead, ImapTarget
from migrate_mail.secret import Secret
from wire.net.script import Peer, Scripted

TARGET = ImapTarget("imap.test", 143, "none", None, "anna@old.example")
SECRET = Secret("hunter2")
ABLE = frozenset({"IMAP4REV1", "CONDSTORE", "NAMESPACE"})
AHEAD = Ahead(("INBOX", "Sent"), ABLE)
ASKED = ["AUTHENTICATE", "STATUS", "STATUS", "NAMESPACE", "LIST", "LSUB"]
ANSWERS = {
    "NAMESPACE": '* NAMESPACE (("" "/")) NIL NIL',
    "LIST": '* LIST () "/" INBOX',
    "LSUB": '* LSUB () "/" INBOX',
}


class _Server:
    """Plays a server; `together` holds the verbs that had come before the login was answered."""

    def __init__(
        self,
        greeting: str = "Dovecot ready.",
        able: str = " ".join(ABLE),
        login: str = "OK [CAPABILITY {able}] welcome",
    ) -> None:
        self.greeting, self.able, self.login = greeting, able, login
        self.together: list[str] = []
        self.verbs: list[str] = []

    def __call__(self, peer: Peer) -> None:
        """Answer the login only when nothing more comes by itself."""
        peer.say(f"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] {self.greeting}")
        waiting = [self._hear(peer)]
        peer.sock.settimeout(0.3)
        try:
            while True:
                waiting.append(self._hear(peer))
        except TimeoutError:
            peer.sock.settimeout(None)
        self.together = [verb for _, verb, _ in waiting]
        for line in waiting:
            self._answer(peer, *line)
        while line := self._hear(peer):
            self._answer(peer, *line)

    @property
    def asked(self) -> list[str]:
        """Every question so far."""
        return [verb for verb in self.verbs if verb not in {"LOGOUT", ""}]

    def _hear(self, peer: Peer) -> tuple[str, str, str] | None:
        tag, _, rest = peer.hear().partition(" ")
        verb, _, words = rest.partition(" ")
        self.verbs.append(verb)
        return (tag, verb, words) if tag else None

    def _answer(self, peer: Peer, tag: str, verb: str, words: str) -> None:
        if verb == "AUTHENTICATE":
            peer.say(f"{tag} {self.login.format(able=self.able)}")
            return
        if not self.login.startswith("OK"):
            peer.say(f"{tag} BAD please log in first")
            return
        if verb == "STATUS":
            modseq = " HIGHESTMODSEQ 9" if "HIGHESTMODSEQ" in words else ""
            folder = words.partition(" ")[0]
            peer.say(f"* STATUS {folder} (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3{modseq})")
        elif verb in ANSWERS:
            peer.say(ANSWERS[verb])
        peer.say(f"{tag} OK done")


@pytest.fixture
def at(imap) -> Callable[[_Server], tuple]:
    """Open a mailbox at a server and survey it; return the states of its folders and what it said."""

    def look(server: _Server, known: tuple[str, ...] = AHEAD.known) -> tuple:
        with Scripted(server) as there, imap(there).read_only(TARGET, SECRET, AHEAD) as session:
            boxes = session.mailboxes(known)()
            states = session.statuses(known)()
        return boxes, states

    return look


def test_all_is_asked_with_the_login(at):
    """One round trip for the login and the state of everything: all questions came before its answer."""
    server = _Server()

    boxes, states = at(server)

    assert server.together == ASKED
    assert [f.name for f in boxes.folders] == ["INBOX"]
    assert {name: (s.messages, s.modseq) for name, s in states.items()} == {"INBOX": (1, 9), "Sent": (1, 9)}  # fmt: skip
    assert server.asked == ASKED


@pytest.mark.parametrize(
    "greeting", ["ready", "The Microsoft Exchange IMAP4 service is ready."]
)
def test_a_server_that_is_not_known_is_asked_one_after_the_other(at, greeting):
    """Who may throw away what stands behind a login is not sent anything there."""
    server = _Server(greeting)

    boxes, states = at(server)

    assert server.together == ["AUTHENTICATE"]
    assert len(boxes.folders) == 1
    assert states["INBOX"].messages == 1


def test_a_server_that_can_other_things_now_is_asked_anew(at):
    """Questions that rested on what it could before are answered, thrown away and asked as they should be."""
    server = _Server(able="IMAP4REV1 NAMESPACE")

    _, states = at(server)

    assert server.asked == [*ASKED, *ASKED[1:]]
    assert states["INBOX"].modseq == 0


def test_other_folders_are_asked_for_by_themselves(at):
    """What was asked ahead of other folders than these is not taken for theirs."""
    server = _Server()

    _, states = at(server, ("Other",))

    assert list(states) == ["Other"]
    assert server.asked == [*ASKED, "STATUS", *ASKED[3:]]


def test_a_refused_login_is_told_as_such(imap):
    """The refusals of what stood behind it hide nothing, and nobody tries a second time."""
    server = _Server(login="NO [AUTHENTICATIONFAILED] wrong")

    with Scripted(server) as there, pytest.raises(NetError) as caught:
        imap(there).read_only(TARGET, SECRET, AHEAD)

    assert (caught.value.kind, caught.value.phase) == ("auth", "AUTHENTICATE")
    assert server.together == ASKED
    assert there.connections == 1


def test_what_is_said_of_a_login_stays_private(imap):
    """A server that echoes the login in its answer does not get it into the transcript, whatever is behind."""
    lines: list[bytes] = []
    server = _Server(login="OK [CAPABILITY {able}] hello AGFubmFAb2xkLmV4YW1wbGUAaHVudGVyMg==")

    with Scripted(server) as there:
        dialer = imap(there)
        dialer._trace = lambda _: lambda way, line: lines.append(way.encode() + line)
        with dialer.read_only(TARGET, SECRET, AHEAD):
            pass

    assert any(line.startswith(b"<M0 OK ***") for line in lines)
    assert not [line for line in lines if b"aHVudGVyMg" in line and line.startswith(b"<")]
