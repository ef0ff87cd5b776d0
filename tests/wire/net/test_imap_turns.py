"""Large messages over two connections: at the same time, and stored in their order all the same."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net import imap_turns
from migrate_mail.net.imap_turns import InTurns
from migrate_mail.secret import Secret
from wire.net.mailbox import TARGET, Mailbox
from wire.net.script import Scripted

LINE = (b"()", b'"01-Mar-2020 10:00:00 +0100"')
LARGE, SMALL = b"L" * 300_000, b"s" * 10


class Turning(Mailbox):
    """A mailbox over several connections; it takes down what happened, in order.

    hold: what it waits for before it answers the first connection's APPENDs. leave: connections
    that say good-bye behind their first APPEND; cut: one that hangs up at its first.
    """

    def __init__(self, caps="LITERAL+ MULTIAPPEND UIDPLUS", hold=None, leave=(), cut=0):
        super().__init__(f"IMAP4rev1 AUTH=PLAIN {caps}", COMPRESS="{tag} NO not today\r\n")
        self.hold, self.leave, self.cut = hold, leave, cut
        self.events: list[tuple[str, int, list[int]]] = []
        self.stored: list[int] = []
        self.second_came = threading.Event()
        self._count = 0

    def play(self, peer):
        """Serve one connection, by its number."""
        self._count += 1
        number = self._count
        peer.say("* OK ready")
        while line := peer.hear():
            tag, _, command = line.partition(" ")
            if not command.startswith("APPEND"):
                self._answer(peer, tag, command)
                continue
            if number == self.cut:
                return
            self._take(peer, tag, command, number)
            if number in self.leave:
                peer.say("* BYE enough")
                return

    def _take(self, peer, tag, line, number):
        taken: list[int] = []
        while literal := re.search(r"\{(\d+)(\+?)\}$", line):
            if not literal[2]:
                peer.say("+ go on")
            taken.append(int(peer.take(2)))
            self.events.append(("came", number, taken[-1:]))
            if number > 1:
                self.second_came.set()
            peer.take(int(literal[1]) - 2)
            # As Courier: it has the message, and waits for no end of the command.
            self._store(number, taken[-1:])
            line = peer.hear()
        first = len(self.stored) - len(taken) + 1
        peer.say(f"{tag} OK [APPENDUID 7 {first}:{len(self.stored)}] done")

    def _store(self, number, messages):
        if number == 1 and self.hold is not None:
            assert self.hold(self)
        self.events.append(("stored", number, messages))
        self.stored += messages


@contextmanager
def turning(imap, mailbox):
    """Give an appender in turns, with as many connections as it asks for; large is short here."""
    with Scripted(mailbox.play) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(imap_turns, "LARGE", len(LARGE))
        dialer = imap(server)
        sessions = [dialer.read_write(TARGET, Secret("s"))]

        def another():
            sessions.append(dialer.another(TARGET, Secret("s")))
            return sessions[-1].appender()

        try:
            yield InTurns(sessions[0].appender(), another)
        finally:
            for session in sessions:
                session.close()


def send(appender, *bodies):
    """Send messages, numbered from 10; return the results so far."""
    results = []
    for number, body in enumerate(bodies, 10):
        assert appender.begin("a", LINE, len(body), number)
        half = len(body) // 2
        appender.write(b"%d" % number + body[2:half])
        appender.write(body[half:])  # large enough to go out at once
        results += appender.results()
    return results


def receipts(results):
    """Return the receipts: message by UID."""
    return {uid: m for r in results for m, uid in zip(r.messages, r.uids, strict=True)}


def test_the_next_one_comes_while_the_first_is_stored(imap):
    """New stores the first when it has seen some of the second; the whole of that it gets afterwards."""

    def hold(box):
        return box.second_came.wait(5) and not threading.Event().wait(0.2)

    mailbox = Turning(hold=hold)
    with turning(imap, mailbox) as appender:
        results = send(appender, LARGE, LARGE)
        results += appender.results(all_of_them=True)
    assert mailbox.events == [
        ("came", 1, [10]), ("came", 2, [11]), ("stored", 1, [10]), ("stored", 2, [11]),
    ]  # fmt: skip
    assert receipts(results) == {1: 10, 2: 11}


def test_the_order_is_kept_whatever_comes(imap):
    """Small ones go over the first connection, large ones over both; UIDs are in the order of the messages."""
    mailbox = Turning()
    bodies = [SMALL, LARGE, LARGE, LARGE, SMALL, SMALL, LARGE, SMALL, LARGE, LARGE]
    with turning(imap, mailbox) as appender:
        results = send(appender, *bodies)
        results += appender.results(all_of_them=True)
    assert mailbox.stored == list(range(10, 20))
    assert receipts(results) == dict(enumerate(range(10, 20), 1))
    over_second = {m for kind, by, (m, *_) in mailbox.events if (kind, by) == ("came", 2)}
    assert over_second == {12, 19}


def test_a_second_that_left_is_replaced(imap):
    """A connection that new closed while it had nothing to do costs no message and no receipt."""
    mailbox = Turning(leave={2})
    with turning(imap, mailbox) as appender:
        results = send(appender, LARGE, LARGE, SMALL)
        results += appender.results(all_of_them=True)
        threading.Event().wait(0.1)
        results += send(appender, LARGE, LARGE)
        results += appender.results(all_of_them=True)
    assert mailbox.stored == [10, 11, 12, 10, 11]
    assert sorted(receipts(results)) == [1, 2, 3, 4, 5]
    assert {by for kind, by, _ in mailbox.events} == {1, 2, 3}


def test_a_second_that_breaks_is_no_refusal(imap):
    """A line that breaks in the middle of a message is an error, not a message that is not wanted."""
    mailbox = Turning(cut=2)
    with turning(imap, mailbox) as appender, pytest.raises(NetError) as caught:
        send(appender, LARGE, LARGE, LARGE)
    assert caught.value.kind == "closed"
    assert mailbox.stored == [10]


def test_there_may_be_no_second(imap):
    """Without another connection everything goes over the first; there may be one by the next message."""
    mailbox, asked = Turning(), []
    with Scripted(mailbox.play) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(imap_turns, "LARGE", len(LARGE))
        with imap(server).read_write(TARGET, Secret("s")) as session:
            appender = InTurns(session.appender(), lambda: asked.append(1))
            results = send(appender, LARGE, LARGE, LARGE)
            results += appender.results(all_of_them=True)
    assert receipts(results) == {1: 10, 2: 11, 3: 12}
    assert asked == [1, 1]


def test_no_slot_no_second(imap):
    """Another session is opened at once or not at all."""
    with Scripted(Turning().play) as server:
        dialer, target = imap(server), TARGET._replace(connections=1)
        with dialer.read_write(target, Secret("s")), pytest.raises(NetError) as caught:
            dialer.another(target, Secret("s"))
    assert caught.value.kind == "busy"


def test_compressed_over_one(imap):
    """Where the line is what is slow, a second connection is not used any more."""
    mailbox = Turning()
    with turning(imap, mailbox) as appender:
        results = send(appender, LARGE, LARGE)
        appender.compress()
        results += send(appender, LARGE, LARGE)
        results += appender.results(all_of_them=True)
    assert sorted(by for kind, by, _ in mailbox.events if kind == "came") == [1, 1, 1, 2]
    assert sorted(receipts(results)) == [1, 2, 3, 4]
