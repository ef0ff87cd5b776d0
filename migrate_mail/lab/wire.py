"""A DNS port on loopback, UDP and TCP, that hands each message to one function."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import dns.exception
import dns.flags
import dns.message

Respond = Callable[[bytes], Awaitable["dns.message.Message | bytes | None"]]
"""Answers one message; bytes go out as they are, None is silence."""

_PLAIN_UDP = 512
_TCP_MAX = 65535
_PORT_TRIES = 20


class DnsPort:
    """One port number, UDP and TCP, on 127.0.0.1."""

    def __init__(self, respond: Respond) -> None:
        self.port = 0
        self._respond = respond
        self._tcp: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._streams: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Bind; TCP takes any free port and UDP the same number."""
        for _ in range(_PORT_TRIES):
            self._tcp = await asyncio.start_server(self._serve_stream, "127.0.0.1", 0)
            self.port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: _Datagrams(self._respond), local_addr=("127.0.0.1", self.port)
                )
            except OSError:  # somebody else has the UDP port of that number
                self._tcp.close()
            else:
                return
        raise OSError("no port number is free for both UDP and TCP on 127.0.0.1")

    def close(self) -> None:
        """Release the port and drop open connections."""
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()
        for stream in list(self._streams):
            stream.transport.abort()

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._streams.add(writer)
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                reply = await self._respond(await reader.readexactly(length))
                if reply is not None:
                    wire = encode(reply, _TCP_MAX)
                    writer.write(struct.pack("!H", len(wire)) + wire)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone: that is how a conversation ends
        finally:
            self._streams.discard(writer)
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram in a task of its own, so that a slow answer blocks nobody."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        """Keep the transport to answer through."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Start to answer one datagram."""
        task = asyncio.ensure_future(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = await self._respond(data)
        if reply is not None and not self._transport.is_closing():
            self._transport.sendto(encode(reply, _room(data)), addr)


def encode(reply: dns.message.Message | bytes, room: int) -> bytes:
    """Return the wire form; an answer that does not fit goes empty with TC set (RFC 2181 section 9)."""
    if isinstance(reply, bytes):
        return reply
    try:
        return reply.to_wire(max_size=room)
    except dns.exception.TooBig:
        reply.flags |= dns.flags.TC
        reply.answer, reply.authority, reply.additional = [], [], []
        return reply.to_wire(max_size=_TCP_MAX)


def _room(query: bytes) -> int:
    """Return how long a datagram the client takes (RFC 6891 section 6.2.3)."""
    try:
        message = dns.message.from_wire(query, keyring=False)
    except dns.exception.DNSException:
        return _PLAIN_UDP
    return max(_PLAIN_UDP, message.payload) if message.edns >= 0 else _PLAIN_UDP
