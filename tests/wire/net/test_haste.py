"""Short answers of a server that waits for acknowledgements are not waited for."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from migrate_mail.net.imap_wire import ImapWire
from migrate_mail.net.stream import Stream
from wire.net.script import Peer, Scripted

COMMANDS = 40
DELAYED = 0.04
"""Seconds that Linux may keep an acknowledgement back."""


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason=f"not on {sys.platform}")
def test_a_server_with_nagle_is_not_slow():
    """The next APPEND goes out before the answer to the last: neither side waits for the other's ACK."""

    def play(peer: Peer) -> None:
        peer.say("* OK ready")
        while tag := peer.hear().partition(" ")[0]:
            peer.say("+ go ahead")
            peer.take(7)  # a message and the end of the command
            peer.say(f"{tag} OK done")

    with Scripted(play) as server, Stream(server.endpoint(), timeout=20) as stream:
        wire = ImapWire(stream, look_only=False)
        tags, start = [], time.monotonic()
        for _ in range(COMMANDS):
            tags.append(wire.ask("APPEND", "x", b"{5}"))
            assert wire.go_ahead()
            wire.put(b"hello\r\n")
        for tag in tags:
            assert wire.answer(tag).kind == "OK"
        took = time.monotonic() - start

    assert took < COMMANDS * DELAYED / 2
