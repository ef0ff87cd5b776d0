"""An IMAP server that follows a script, for answers that are legal and odd, or neither."""

from __future__ import annotations

from contextlib import contextmanager

from migrate_mail.net.imap import ImapTarget
from migrate_mail.secret import Secret
from wire.net.script import Scripted

TARGET = ImapTarget("imap.test", 143, "none", None, "anna")


class Mailbox:
    """A scripted IMAP server: answers by command, `{tag}` filled in; what it heard is kept."""

    def __init__(self, caps="IMAP4rev1 AUTH=PLAIN", **answers):
        self.caps, self.answers, self.heard = caps, answers, []
        self.bodies: list[bytes] = []

    def play(self, peer):
        """Serve one connection."""
        peer.say("* OK ready")
        while line := peer.hear():
            tag, _, command = line.partition(" ")
            self.heard.append(command)
            self._answer(peer, tag, command)

    def _answer(self, peer, tag, command):
        verb = command.split(" ")[0]
        if verb == "UID":
            verb = command.split(" ")[1]
        answer = self.answers.get(verb, "{tag} OK done\r\n")
        if verb == "CAPABILITY":
            answer = f"* CAPABILITY {self.caps}\r\n{tag} OK done\r\n"
        elif verb == "AUTHENTICATE":
            peer.say("+ ")
            peer.hear()
        elif verb == "APPEND" and "refuse" not in self.answers:
            self._literal(peer, command)
        if callable(answer):
            answer(peer, tag)
        else:
            peer.send(answer.replace("{tag}", tag).encode("utf-8", "surrogateescape"))

    def _literal(self, peer, command):
        size = command[command.rindex("{") + 1 : -1]
        if not size.endswith("+"):
            peer.say("+ go on")
        self.bodies.append(peer.take(int(size.rstrip("+"))))
        peer.hear()


@contextmanager
def opened(imap, mailbox, *, write=False):
    """Open a session with the mailbox."""
    with Scripted(mailbox.play) as server:
        dialer = imap(server)
        session = (dialer.read_write if write else dialer.read_only)(TARGET, Secret("s"))
        with session:
            yield session
