"""IMAP connections of the lab: pymap's, with a log of what clients ask, and faults on demand."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from typing import Literal, Protocol

from proxyprotocol.sock import SocketInfo, SocketInfoLocal
from pymap.config import IMAPConfig
from pymap.context import connection_exit
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.interfaces.login import LoginInterface
from pymap.parsing.command import Command, CommandAuth, CommandNoArgs
from pymap.parsing.command.auth import AppendCommand
from pymap.parsing.response import (
    CommandResponse,
    Response,
    ResponseBye,
    ResponseCode,
    ResponseNo,
    ResponseOk,
    UntaggedResponse,
)
from pymap.selected import SelectedMailbox

Moment = Literal["before-store", "before-ok", "after-ok"]
Answer = tuple[CommandResponse, SelectedMailbox | None]


@dataclass(slots=True)
class AppendDrop:
    """Drops the connection at one APPEND: the one that follows `after` others.

    when: `before-store` (nothing happened), `before-ok` (stored, but the client cannot know),
    `after-ok` (stored and answered). The fault is over once it has happened.
    """

    after: int = 0
    when: Moment = "before-ok"


@dataclass(slots=True)
class ImapFaults:
    """What is wrong with a server at present. Set fields at any time, from any thread.

    refuse: users whose password is called wrong. unavailable: users who get a temporary NO.
    hang: `connect` for no greeting, or a command such as `UID FETCH` that gets no answer.
    without: capabilities not announced (UIDPLUS, MULTIAPPEND and NAMESPACE stop to work, too).
    login_disabled: LOGINDISABLED and no PLAIN. max_connections: more get BYE.
    drop: see AppendDrop. poison: an APPEND with these bytes in it is refused for good.
    """

    refuse: set[str] = field(default_factory=set)
    unavailable: set[str] = field(default_factory=set)
    hang: str | None = None
    without: set[str] = field(default_factory=set)
    login_disabled: bool = False
    max_connections: int | None = None
    drop: AppendDrop | None = None
    poison: bytes | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """One command: who (empty before login), its name (`UID FETCH`), and the line without tag and secrets."""

    user: str
    verb: str
    text: str


class NamespaceCommand(CommandNoArgs, CommandAuth):
    """NAMESPACE (RFC 2342), which pymap lacks."""

    command = b"NAMESPACE"


class Settings(Protocol):
    """What a connection needs of its server's configuration."""

    faults: ImapFaults
    log: list[Logged]
    namespace: tuple[str, str]


class LabState(ConnectionState):
    """pymap's session state with NAMESPACE, and without APPENDUID where that is switched off."""

    def __init__(self, login: LoginInterface, config: IMAPConfig, settings: Settings) -> None:
        super().__init__(login, config)
        self._settings = settings

    @property
    def user(self) -> str:
        """Who is logged in; empty for nobody."""
        return self._session.owner if self._session else ""

    async def do_namespace(self, cmd: NamespaceCommand) -> Answer:
        """Tell the prefix and the separator of personal folders."""
        prefix, separator = (part.encode() for part in self._settings.namespace)
        response = ResponseOk(cmd.tag, b"NAMESPACE completed.")
        line = b'NAMESPACE (("%b" "%b")) NIL NIL' % (prefix, separator)
        response.add_untagged(UntaggedResponse(line))
        return response, None

    async def do_append(self, cmd: AppendCommand) -> Answer:
        """Store messages; refuse poison; keep APPENDUID to ourselves without UIDPLUS."""
        faults = self._settings.faults
        if faults.poison and any(faults.poison in bytes(m.literal) for m in cmd.messages):
            code = ResponseCode.of(b"CANNOT")
            return ResponseNo(cmd.tag, b"Message is not to our taste.", code), None
        response, updates = await super().do_append(cmd)
        if "UIDPLUS" in faults.without:
            response = ResponseOk(cmd.tag, b"APPEND completed.")
        return response, updates


class LabConnection(IMAPConnection):
    """One client; commands are logged before they are obeyed."""

    def __init__(
        self, config: IMAPConfig, streams: tuple[StreamReader, StreamWriter], settings: Settings
    ) -> None:
        reader, writer = streams
        info: SocketInfo = SocketInfoLocal(writer)
        super().__init__(config.commands, config, reader, writer, info)
        self._settings = settings
        self._line = b""
        self._first = True
        self._dropping: Moment | None = None

    async def readline(self) -> memoryview:
        """Read a line, and remember a command's first one."""
        view = await super().readline()
        if self._first:
            self._first = False
            self._line = bytes(view[:1000]).split(b"\r\n")[0]
        return view

    async def read_command(self, state: ConnectionState) -> Command:
        """Read a command, log it, and act up if that was asked for."""
        self._first = True
        command = await super().read_command(state)
        entry = _logged(state.user if isinstance(state, LabState) else "", self._line)
        self._settings.log.append(entry)
        if self._settings.faults.hang == entry.verb:
            await asyncio.Event().wait()
        if isinstance(command, AppendCommand):
            self._prepare_drop()
        return command

    async def write_response(self, resp: Response) -> None:
        """Answer, unless the connection is to drop before or after that."""
        final = isinstance(resp, CommandResponse) and self._dropping
        if final == "before-ok":
            self.writer.transport.abort()
            return
        await super().write_response(resp)
        if final == "after-ok":
            self.writer.transport.abort()

    def _prepare_drop(self) -> None:
        drop = self._settings.faults.drop
        if drop is None:
            return
        if drop.after > 0:
            drop.after -= 1
            return
        self._settings.faults.drop = None
        self._dropping = drop.when
        if drop.when == "before-store":
            self.writer.transport.abort()
            raise EOFError


class LabAcceptor:
    """Takes connections of one server and closes what is left of them at the end."""

    def __init__(self, login: LoginInterface, config: IMAPConfig, settings: Settings) -> None:
        self._login = login
        self._config = config
        self._settings = settings
        self._writers: set[StreamWriter] = set()

    async def __call__(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve one client to its end."""
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, EOFError, asyncio.CancelledError):
            pass  # the client went, or the lab closes: both are a normal end of a connection
        finally:
            self._writers.discard(writer)
            writer.close()

    def close(self) -> None:
        """Drop every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        faults = self._settings.faults
        if faults.hang == "connect":
            await reader.read()
            return
        connection = LabConnection(self._config, (reader, writer), self._settings)
        most = faults.max_connections
        if most is not None and len(self._writers) > most:
            limit = ResponseCode.of(b"LIMIT")
            await connection.write_response(ResponseBye(b"Too many connections.", limit))
            return
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(LabState(self._login, self._config, self._settings))


def _logged(user: str, line: bytes) -> Logged:
    words: Sequence[str] = line.decode("utf-8", "replace").split()[1:]
    verb = " ".join(words[: 2 if words and words[0].upper() == "UID" else 1]).upper()
    secret = verb in {"LOGIN", "AUTHENTICATE"}
    return Logged(user, verb, verb if secret else " ".join(words))
