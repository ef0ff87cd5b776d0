"""A compressed connection: what one side says the other reads, garbage is garbage, bombs burst in small pieces."""

from __future__ import annotations

import socket
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.net.boundary import explain
from migrate_mail.net.deflate import DeflateSocket


@pytest.fixture
def ends():
    """Both ends of a connection."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=8))
def test_both_ways(said):
    """Whatever is sent arrives, piece for piece, and nothing waits for more to be said."""
    one, other = socket.socketpair()
    with one, other:
        here, there = DeflateSocket(one), DeflateSocket(other)
        for data in said:
            here.sendall(data)
            got = b""
            while len(got) < len(data):
                got += there.recv(1000)
            assert got == data
        assert not there.pending()


def test_what_came_before_is_not_lost(ends):
    """Bytes that were read together with the server's OK are compressed already, and count."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(b"* OK here we go\r\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    sock = DeflateSocket(ends[0], packed[:7])
    ends[1].sendall(packed[7:])

    got = b""
    while len(got) < 17:
        got += sock.recv(100)

    assert got == b"* OK here we go\r\n"


def test_a_bomb_bursts_in_small_pieces(ends):
    """A kilobyte that blows up to 200 MB is never in memory as a whole, and is all read."""
    size = 200_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(size)) + packer.flush(zlib.Z_SYNC_FLUSH)
    sock = DeflateSocket(ends[0], packed)

    seen, largest = 0, 0
    while seen < size:
        data = sock.recv(1000)
        seen, largest = seen + len(data), max(largest, len(data))

    assert seen == size
    assert largest <= 1024 * 1024
    assert not sock.pending()


def test_the_end_is_the_end(ends):
    """A connection that ends reads as empty."""
    ends[1].close()
    assert DeflateSocket(ends[0]).recv(10) == b""


def test_garbage_is_said_to_be_garbage(ends):
    """What is not compressed as agreed is the server's fault, in words."""
    ends[1].sendall(b"\xff\xff\xff\xff garbage")
    with pytest.raises(zlib.error) as caught:
        DeflateSocket(ends[0]).recv(100)

    assert explain(caught.value)[0] == "garbage"
    assert "not compressed as agreed" in explain(caught.value)[1]
