"""Sends mail as the rest of the world does, and finds out where it landed."""

from __future__ import annotations

import smtplib
import uuid

from real.servers.processes import until
from real.servers.world import DOMAIN, World

READER = f"anna@{DOMAIN}"
SENDER = "somebody@outside.test"


def send(world: World, recipient: str = READER) -> str:
    """Hand a letter to the world's own server, which routes it by MX; return its token."""
    token = uuid.uuid4().hex
    letter = f"From: <{SENDER}>\r\nTo: <{recipient}>\r\nSubject: {token}\r\n\r\nhello\r\n"
    with smtplib.SMTP(world.out.address, timeout=10) as smtp:
        smtp.sendmail(SENDER, [recipient], letter)
    return token


def landed(world: World, token: str, reader: str = READER) -> str:
    """Wait until a letter is in an INBOX; return the side: old or new."""
    found: list[str] = []

    def look() -> bool:
        for name, side in (("old", world.old), ("new", world.new)):
            with side.box(reader) as box:
                if box.holds(token):
                    found.append(name)
        return bool(found)

    until(look, lambda: f"the letter is on neither side; {world.out.log()[-1500:]}")
    assert len(found) == 1, f"the letter is on both sides: {found}"
    return found[0]


def reply_to(address: str, recipient: str) -> tuple[int, str]:
    """Return what a server says to RCPT TO; nothing is sent."""
    with smtplib.SMTP(address, timeout=10) as smtp:
        smtp.ehlo("probe.outside.test")
        smtp.mail(SENDER)
        code, text = smtp.rcpt(recipient)
        return code, text.decode(errors="replace")
