"""An IMAP server with accounts in memory. The only module that says how pymap is set up: replace pymap here."""

from __future__ import annotations

import asyncio
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from ssl import SSLContext
from typing import Literal

from proxyprotocol.noop import ProxyProtocolNoop
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.concurrent import Subsystem
from pymap.exceptions import InvalidAuth, TemporaryFailure
from pymap.interfaces.login import IdentityInterface
from pymap.parsing.commands import Commands
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from migrate_mail.lab.imap_wire import ImapFaults, LabAcceptor, Logged, NamespaceCommand
from migrate_mail.lab.loop import Loop
from migrate_mail.lab.mailbox import LabSession, Mailboxes, Stored

Tls = Literal["implicit", "starttls", "none"]
_LONGEST_LINE = 8 << 20
_LARGEST_MESSAGE = 64 << 20


class _Readable(Cleartext):
    """Passwords as they are; unlike pysasl's own, not ASCII only."""

    def verify(self, secret: str, hash: str) -> bool:  # noqa: A002 - pysasl's name
        """Compare a password."""
        return secrets.compare_digest(secret.encode(), hash.encode())


class _Config(Config):
    """pymap's configuration with what the lab can switch."""

    def __init__(self, context: SSLContext, tls: Tls, namespace: tuple[str, str]) -> None:
        super().__init__(
            Namespace(),
            host="127.0.0.1",
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            ssl_context=context,
            tls_enabled=tls == "starttls",
            invalid_user_sleep=0,
            proxy_protocol=ProxyProtocolNoop(),
            reject_dnsbl=False,
            hash_context=_Readable(),
            cpu_subsystem=Subsystem.for_asyncio(),
            max_append_len=_LARGEST_MESSAGE,
        )
        self.faults = ImapFaults()
        self.log: list[Logged] = []
        self.namespace = namespace

    @property
    def greeting(self) -> bytes:
        """The words after the greeting's OK."""
        return b"migrate-mail lab ready"

    @property
    def commands(self) -> Commands:
        """The commands that the server obeys."""
        commands = super().commands
        if "NAMESPACE" not in self.faults.without:
            commands.register(NamespaceCommand)
        return commands

    @property
    def initial_capability(self) -> Sequence[bytes]:
        """What is announced before login."""
        return self._announced(super().initial_capability)

    @property
    def login_capability(self) -> Sequence[bytes]:
        """What is announced after login."""
        return self._announced([*super().login_capability, b"NAMESPACE", b"SPECIAL-USE"])

    @property
    def tls_auth(self) -> SASLAuth:
        """The ways to log in."""
        return SASLAuth([]) if self.faults.login_disabled else super().tls_auth

    def _announced(self, capabilities: Iterable[bytes]) -> list[bytes]:
        hidden = {name.encode() for name in self.faults.without}
        return [name for name in capabilities if name not in hidden]


class _Identity(Identity):
    """A user whose session has the lab's mailboxes."""

    def __init__(self, name: str, login: _Login) -> None:
        super().__init__(name, login, None, frozenset())
        self._lab = login

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[LabSession]:
        """Open a session on the user's folders."""
        boxes = self._lab.boxes[self.name]
        session = LabSession(self.name, self.config, boxes, FilterSet())
        hidden = "SPECIAL-USE" in self._lab.lab_config.faults.without
        session.special = {} if hidden else boxes.special
        yield session


class _Login(Login):
    """Knows the users; refuses those whom a fault names."""

    def __init__(self, config: _Config) -> None:
        super().__init__(config)
        self.lab_config = config
        self.boxes: dict[str, Mailboxes] = {}

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        """Check a password."""
        if credentials.authcid in self.lab_config.faults.unavailable:
            raise TemporaryFailure("[UNAVAILABLE] The user database is away.")
        if credentials.authcid in self.lab_config.faults.refuse:
            raise InvalidAuth
        return await super().authenticate(credentials)

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        """Let users be themselves only."""
        await super().authorize(authenticated, authzid)
        return _Identity(authenticated.name, self)


class ImapServer:
    """One IMAP server. Methods are safe to call from any thread; `store` and `open` run on the loop."""

    def __init__(
        self,
        loop: Loop,
        context: SSLContext,
        *,
        separator: str = "/",
        prefix: str = "",
        tls: Tls = "implicit",
    ) -> None:
        self._loop = loop
        self._tls = tls
        self._config = _Config(context, tls, (prefix, separator))
        self._login = _Login(self._config)
        self._accept = LabAcceptor(self._login, self._config, self._config)
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def faults(self) -> ImapFaults:
        """What is wrong with the server; change it at any time."""
        return self._config.faults

    @property
    def log(self) -> list[Logged]:
        """Every command received, oldest first."""
        return self._config.log

    def verbs(self, user: str | None = None) -> set[str]:
        """Return the names of the commands that a user, or anybody, has sent."""
        return {entry.verb for entry in self.log if user in {None, entry.user}}

    async def open(self) -> None:
        """Bind the port."""
        self._config.apply_context()
        self._server = await asyncio.start_server(
            self._accept,
            "127.0.0.1",
            0,
            ssl=self._config.ssl_context if self._tls == "implicit" else None,
            limit=_LONGEST_LINE,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Release the port and drop open connections."""
        if self._server:
            self._server.close()
        self._accept.close()

    def knows(self, user: str, password: str) -> bool:
        """Tell whether a user may log in with a password; on the loop."""
        found = self._login.users_dict.get(user)
        refused = user in self.faults.refuse
        return found is not None and found.password == password and not refused

    def add_user(self, user: str, password: str) -> None:
        """Add an account with an empty INBOX, or give it another password."""

        def add() -> None:
            metadata = UserMetadata(self._config, user, password=password)
            self._login.users_dict[user] = metadata
            self._login.boxes.setdefault(user, Mailboxes(*reversed(self._config.namespace)))

        self._loop.do(add)

    def make_folder(self, user: str, name: str, *, special_use: str | None = None) -> None:
        """Create a folder, subscribed; special_use such as `Sent` (RFC 6154)."""
        boxes = self._boxes(user)
        self._loop.call(boxes.ensure(name))
        if special_use:
            boxes.special[name] = special_use

    def deliver(
        self,
        user: str,
        folder: str,
        body: bytes,
        *,
        flags: Iterable[str] = (),
        date: datetime | None = None,
    ) -> int:
        """Put a message into a folder, which is made when missing; returns its UID."""
        return self._loop.call(self._boxes(user).put(folder, body, flags, date))

    async def store(self, user: str, body: bytes) -> None:
        """Put arriving mail into INBOX; for servers on the same loop."""
        await self._boxes(user).put("INBOX", body, (), None)

    def folders(self, user: str) -> list[str]:
        """Return the names of a user's folders."""
        return self._loop.call(self._boxes(user).names())

    def messages(self, user: str, folder: str = "INBOX") -> list[Stored]:
        """Return every message of a folder."""
        return self._loop.call(self._boxes(user).contents(folder))

    def remove(self, user: str, folder: str, uid: int) -> None:
        """Delete a message for good, as the user would."""
        self._loop.call(self._boxes(user).drop(folder, uid))

    def drop_folder(self, user: str, folder: str) -> None:
        """Delete a folder with all it holds, as the user would."""
        self._loop.call(self._boxes(user).delete_mailbox(folder))

    def set_flags(self, user: str, folder: str, uid: int, flags: Iterable[str]) -> None:
        """Replace a message's flags, as the user would."""
        marks = frozenset(Flag(flag.encode()) for flag in flags)
        self._loop.call(self._boxes(user).mark(folder, uid, marks))

    def renew_uidvalidity(self, user: str, folder: str) -> None:
        """Make every UID of a folder void, as a restored backup does."""
        self._loop.call(self._boxes(user).renew(folder))

    def _boxes(self, user: str) -> Mailboxes:
        return self._login.boxes[user]
