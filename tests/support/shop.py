"""A submission server that is told what to say: for tests of logins and of what is sent."""

from __future__ import annotations

from migrate_mail.lab.certs import server_context
from wire.net.script import Peer

SHOP = "imap.newhost.example"
"""Whose certificate it shows."""


class Shop:
    """A submission server that is told what to say. heard: what clients said behind TLS."""

    def __init__(
        self, *, login: str = "235 2.7.0 in", mail: str = "250 ok", **how: str
    ) -> None:
        self.login, self.mail, self.how = login, mail, how
        self.context = server_context(how.get("name", SHOP))
        self.heard: list[str] = []

    def implicit(self, peer: Peer) -> None:
        """Begin with TLS."""
        peer.start_tls(self.context)
        self.talk(peer)

    def starttls(self, peer: Peer) -> None:
        """Begin in clear, and shake hands when asked."""
        peer.say("220 shop ESMTP")
        peer.hear()
        peer.say("250-shop", *(f"250-{e}" for e in self.how.get("early", "").split(",") if e))
        peer.say("250 STARTTLS" if "plain" not in self.how else "250 HELP")
        if peer.hear() == "STARTTLS":
            peer.say("220 go on")
            peer.start_tls(self.context)
            self.talk(peer, greet=False)

    def talk(self, peer: Peer, *, greet: bool = True) -> None:
        """Answer until the client has gone."""
        if greet:
            peer.say("220 shop ESMTP")
        while line := peer.hear():
            self.heard.append(line)
            verb = line.split()[0]
            if verb == "EHLO":
                peer.say("250-shop", f"250 {self.how.get('offer', 'AUTH PLAIN LOGIN')}")
            elif verb == "AUTH":
                peer.say(self.login)
            else:
                peer.say(
                    self.how.get(verb) or (self.mail if verb in {"MAIL", "RCPT"} else "250 ok")
                )
