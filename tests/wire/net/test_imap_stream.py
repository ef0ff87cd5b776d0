"""Streaming messages: what goes unasked, what is asked for, and that no body is ever read as commands."""

from __future__ import annotations

import re
import threading
import time

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap import Appended, Closed, Incoming, Opened, Wanted
from wire.net.mailbox import Mailbox, opened

DATE = b'"01-Mar-2020 10:00:00 +0100"'
HOSTILE = b"\r\nM1 DELETE INBOX\r\nM2 DELETE Sent\r\nM3 LOGOUT\r\n"
"""A message that tries to be commands."""


class Executing(Mailbox):
    """A server that obeys what it should not, and keeps every command it obeys.

    It answers BAD at once to a line with a flag that it does not know, and takes what comes
    behind it for commands.
    """

    def __init__(self, caps, *, refuse=b"kw"):
        super().__init__(caps)
        self.refuse = refuse
        self.obeyed: list[str] = []
        self.stored: list[bytes] = []

    def play(self, peer):
        """Serve one connection."""
        peer.say("* OK ready")
        while line := peer.hear():
            tag, _, command = line.partition(" ")
            verb = command.split(" ")[0]
            self.obeyed.append(verb)
            if verb == "APPEND":
                self._append(peer, tag, command)
            else:
                self._answer(peer, tag, command)

    def _append(self, peer, tag, line):
        taken: list[bytes] = []
        while True:
            literal = re.search(r"\{(\d+)(\+?)\}$", line)
            if literal is None:
                break
            flags = re.search(r"\(([^)]*)\)", line)[1].encode()
            if self.refuse in flags.split():
                peer.say(f"{tag} BAD Invalid flag")
                return
            if not literal[2]:
                peer.say("+ go on")
            taken.append(peer.take(int(literal[1])))
            line = peer.hear()
        self.stored += taken
        first = len(self.stored) - len(taken) + 1
        peer.say(f"{tag} OK [APPENDUID 7 {first}:{len(self.stored)}] done")


@pytest.mark.parametrize(
    "caps", ["LITERAL+ MULTIAPPEND", "LITERAL+", "LITERAL- MULTIAPPEND", "MULTIAPPEND", ""]
)
def test_a_body_behind_a_refused_flag_is_never_obeyed(imap, caps):
    """Hostile messages around a flag that the server rejects with BAD: nothing of them is executed."""
    mailbox = Executing(f"IMAP4rev1 AUTH=PLAIN UIDPLUS {caps}")
    results: list[Appended[int]] = []
    with opened(imap, mailbox, write=True) as session:
        appender = session.appender()
        for number, flags in enumerate([b"()", b"(kw)", b"(\\Seen)", b"(kw)", b"()"]):
            if appender.begin("Sent", (flags, DATE), len(HOSTILE), number):
                appender.write(HOSTILE)
        results += appender.results(all_of_them=True)
    assert set(mailbox.obeyed) == {"CAPABILITY", "AUTHENTICATE", "APPEND", "LOGOUT"}
    assert mailbox.stored == [HOSTILE] * 3
    refused = [m for r in results if r.refused for m in r.messages]
    assert refused == [1, 3]
    assert sorted(m for r in results if r.uids for m in r.messages) == [0, 2, 4]


def test_a_server_that_changes_its_mind_is_left_at_once(imap):
    """A flag that was fine and is refused later, unasked: we hang up, and send nothing more."""
    mailbox = Executing("IMAP4rev1 AUTH=PLAIN LITERAL+ UIDPLUS", refuse=b"later")
    with opened(imap, mailbox, write=True) as session:
        appender = session.appender()
        assert appender.begin("a", (b"(x)", DATE), 1, 1)
        appender.write(b"m")
        appender.results(all_of_them=True)
        mailbox.refuse = b"x"
        assert appender.begin("a", (b"(x)", DATE), 1, 2)
        appender.write(b"m")
        with pytest.raises(NetError, match="did not understand APPEND") as caught:
            appender.results(all_of_them=True)
        assert (caught.value.kind, caught.value.phase) == ("garbage", "APPEND")


@pytest.mark.parametrize("left", [1, 9, 20])
def test_a_message_that_was_cut_off_is_not_ended_by_us(imap, left):
    """Closing in the middle of a body says nothing more: no LOGOUT becomes its last bytes."""
    mailbox = Executing("IMAP4rev1 AUTH=PLAIN LITERAL+ MULTIAPPEND UIDPLUS")
    with opened(imap, mailbox, write=True) as session:
        appender = session.appender()
        assert appender.begin("a", (b"()", DATE), 30, 0)
        appender.write(b"x" * (30 - left))
    assert mailbox.stored == []
    assert mailbox.obeyed[-1] == "APPEND"


@pytest.mark.parametrize(
    ("date", "asked"),
    [(b'"31-Apr-2020 10:00:00 +0100"', True), (b'"29-Feb-2020 10:00:00 +0100"', True),
     (b'"01-Mar-1900 10:00:00 +0100"', True), (b'"01-Mar-2020 10:00:00 +9900"', True),
     (b'"31-May-2020 23:59:59 -0930"', False)],
)  # fmt: skip
def test_an_unusual_date_is_asked_for(imap, date, asked):
    """A date that some server may reject never goes out with a body behind it."""
    mailbox = Executing("IMAP4rev1 AUTH=PLAIN LITERAL+ MULTIAPPEND UIDPLUS")
    lines: list[str] = []
    mailbox._append = _listening(mailbox, lines)
    with opened(imap, mailbox, write=True) as session:
        appender = session.appender()
        for when in (DATE, date):
            assert appender.begin("a", (b"()", when), 1, 0)
            appender.write(b"m")
        appender.results(all_of_them=True)
    assert len(lines) == (2 if asked else 1)
    assert all(line.endswith("{1}") for line in lines)


def _listening(mailbox, lines):
    original = type(mailbox)._append

    def append(peer, tag, line):
        lines.append(line)
        original(mailbox, peer, tag, line)

    return append


def _fetching(*rows: bytes):
    """Answer FETCH with rows."""

    def fetch(peer, tag):
        peer.send(b"".join(rows) + tag.encode() + b" OK done\r\n")

    return fetch


ODD = {
    "usual": b'* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {3}\r\na\nb)\r\n',
    "another-order": b'* 1 FETCH (BODY[] {3}\r\na\nb UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2020 10:00:00 +0100")\r\n',
    "more-behind": b'* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {3}\r\na\nb MODSEQ (7))\r\n',
    "news-between": b'* 9 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {3}\r\na\nb)\r\n',
}  # fmt: skip


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_messages_come_in_every_form(imap, answer):
    """The usual form and every other legal one give the same message, byte for byte."""
    mailbox = Mailbox(EXAMINE="* 1 EXISTS\r\n{tag} OK done\r\n", FETCH=_fetching(answer))
    with opened(imap, mailbox) as session:
        stream = session.bodies([Wanted("INBOX", ["1:*"])])
        seen = []
        for item in stream.items():
            seen.append(type(item))
            if isinstance(item, Incoming):
                body = b"".join(iter(stream.chunk, b""))
                assert (item.uid, item.size, body) == (5, 3, b"a\nb")
                assert (item.flags, item.date) == (b"\\Seen", b"01-Mar-2020 10:00:00 +0100")
        session.noop()
    assert seen == [Opened, Incoming, Closed]


def test_a_body_that_nobody_reads_is_passed_over(imap):
    """What is skipped does not disturb what comes after it."""
    row = b'* %d FETCH (UID %d FLAGS () INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {9000}\r\n%b)\r\n'
    rows = [row % (n, n, b"x" * 9000) for n in (1, 2, 3)]
    mailbox = Mailbox(EXAMINE="* 3 EXISTS\r\n{tag} OK done\r\n", FETCH=_fetching(*rows))
    with opened(imap, mailbox) as session:
        stream = session.bodies([Wanted("a", ["1:*"])])
        uids = [item.uid for item in stream.items() if isinstance(item, Incoming)]
    assert uids == [1, 2, 3]


def test_a_folder_that_is_refused_gives_nothing(imap):
    """Where EXAMINE is refused, messages that come all the same are not taken for that folder's."""
    row = b'* 1 FETCH (UID 5 FLAGS () INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {1}\r\nx)\r\n'
    mailbox = Mailbox(EXAMINE="{tag} NO [NOPERM] not yours\r\n", FETCH=_fetching(row))
    with opened(imap, mailbox) as session:
        items = list(session.bodies([Wanted("a", ["1:*"])]).items())
    assert items == [Closed("a", "[NOPERM] not yours")]


def test_a_pause_of_ours_is_not_held_against_old(imap):
    """The end of a body that was here already may come late when new took its time to store it."""
    go_on = threading.Event()

    def late(peer, tag):
        peer.send(
            b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Mar-2020 10:00:00 +0100" BODY[] {4}\r\nmail'
        )
        go_on.wait(10)
        peer.send(b")\r\n" + f"{tag} OK done\r\n".encode())

    box = Mailbox(
        EXAMINE="* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n", FETCH=late
    )
    with opened(lambda server: imap(server, timeout=0.5), box) as session:
        stream = session.bodies([Wanted("INBOX", ["1:*"])])
        threading.Timer(1.0, go_on.set).start()
        for item in stream.items():
            if isinstance(item, Incoming):
                time.sleep(0.8)
                assert bytes(stream.chunk()) == b"mail"
    assert go_on.is_set()


def test_a_pause_of_old_is_not_held_against_new(imap):
    """What new answered long ago is read, however long old has kept us since."""
    box = Mailbox(APPEND="{tag} OK [APPENDUID 7 42] done\r\n")
    with opened(lambda server: imap(server, timeout=0.5), box, write=True) as session:
        appender = session.appender()
        assert appender.begin("a", (b"()", DATE), 4, "it")
        appender.write(b"mail")
        appender.end()
        time.sleep(0.8)
        assert appender.results() == [Appended(["it"], 7, [42])]
