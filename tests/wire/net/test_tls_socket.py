"""TLS in large pieces: what is read in small ones is all there, and its end is the end."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

import pytest
import trustme

from migrate_mail.net.tls_socket import TlsSocket

SAID = bytes(range(256)) * 400


@pytest.fixture
def speaker():
    """A TLS client whose server says SAID in records of many sizes and closes as one should."""
    authority = trustme.CA()
    ours, theirs = socket.socketpair()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.example.org").configure_cert(context)

    def serve():
        with context.wrap_socket(theirs, server_side=True) as server:
            at = 0
            for size in (1, 17, 4096, 16384, 20000, len(SAID)):
                server.sendall(SAID[at : at + size])
                at += size
            with suppress(OSError):  # we never say goodbye in turn
                server.unwrap()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with ours:
        ours.settimeout(10)
        sock = TlsSocket(ours, trusting, "mail.example.org")
        sock.handshake()
        yield sock
    thread.join(10)
    theirs.close()


@pytest.mark.parametrize("most", [1000, 16384, 100_000, 1_000_000])
def test_no_more_than_wanted_and_all_of_it(speaker, most):
    """Each piece is at most as long as asked for; together they are what was said, up to the end."""
    pieces = []
    while piece := speaker.recv(most):
        assert len(piece) <= most
        pieces.append(piece)
    assert b"".join(pieces) == SAID
    assert speaker.recv(most) == b""
    assert speaker.pending()


def test_what_is_left_over_can_be_read_without_waiting(speaker):
    """The rest of what a small read decrypted counts as there."""
    assert speaker.recv(1) == SAID[:1]
    got = 1
    while got < len(SAID):
        if not speaker.pending():
            speaker.fetch()
            continue
        got += len(speaker.recv(10))
    assert got == len(SAID)
