"""Bytes that carry no text are no answer: who asks whether something waits is not held up by them."""

from __future__ import annotations

import socket
import threading
import zlib

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.stream import Stream
from migrate_mail.net.tls import lax
from wire.net.script import Peer, Scripted

SOON = 20
"""Seconds; far more than is needed, far less than a test may hang."""


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_an_empty_block_is_no_answer(secure, contexts):
    """A server that flushes its compressor in the middle of our APPEND says nothing by that."""
    read, seen, over = threading.Event(), threading.Event(), threading.Event()

    def play(peer: Peer) -> None:
        if secure:
            peer.start_tls(contexts["good"])
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        peer.send(packer.compress(b"* OK one\r\n") + packer.flush(zlib.Z_SYNC_FLUSH))
        read.wait(SOON)
        peer.send(b"\0\0\0\xff\xff")
        seen.wait(SOON)
        peer.send(packer.compress(b"* OK two\r\n") + packer.flush(zlib.Z_SYNC_FLUSH))
        over.wait(SOON)

    with Scripted(play) as server, Stream(server.endpoint(), timeout=SOON) as stream:
        if secure:
            stream.start_tls(lax(), "mx.test")
        stream.deflate()
        assert stream.line(100) == b"* OK one\r\n"
        read.set()
        assert not stream.waiting(0.2)
        seen.set()
        assert stream.waiting(SOON)
        assert stream.line(100) == b"* OK two\r\n"
        over.set()
        assert stream.waiting(SOON)
        with pytest.raises(NetError) as caught:
            stream.line(100)
    assert caught.value.kind == "closed"


def test_session_tickets_are_no_answer(contexts):
    """A server sends its tickets behind the handshake, before it has anything to say (RFC 8446 4.6.1)."""
    seen = threading.Event()

    def play(peer: Peer) -> None:
        peer.start_tls(contexts["good"])
        seen.wait(SOON)
        peer.say("* OK ready")
        peer.hear()

    with Scripted(play) as server, Stream(server.endpoint(), timeout=SOON) as stream:
        stream.start_tls(lax(), "mx.test")
        assert not stream.waiting(0.2)
        seen.set()
        assert stream.waiting(SOON)
        assert stream.line(100) == b"* OK ready\r\n"
        stream.send(b"bye\r\n")


def test_what_breaks_tls_is_told_as_such(contexts):
    """Clear text in the middle of TLS is an error with words, also for who only asks."""

    def play(peer: Peer) -> None:
        peer.start_tls(contexts["good"])
        peer.sock = socket.socket(fileno=peer.sock.detach())
        peer.send(b"* OK this is no TLS record at all\r\n" * 10)

    with Scripted(play) as server, Stream(server.endpoint(), timeout=SOON) as stream:
        stream.start_tls(lax(), "mx.test")
        with pytest.raises(NetError) as caught:
            stream.waiting(SOON)
    assert caught.value.kind == "tls"
