"""The store behind the lab's IMAP server: pymap's mailboxes with a separator, a prefix and special uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymap.backend.dict import Session
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.exceptions import NotAllowedError
from pymap.flags import FlagOp
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement, ObjectId
from pymap.parsing.specials.flag import Flag, Wildcard
from pymap.selected import SelectedMailbox

Listed = tuple[str, str | None, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Stored:
    """One message as it lies in a mailbox."""

    uid: int
    flags: tuple[str, ...]
    date: datetime
    body: bytes


class Folder(MailboxData):
    """One folder; it takes keywords of any name, as most servers do."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        """The flags that can be stored; the wildcard stands for new keywords."""
        return super().permanent_flags | {Wildcard}


class Mailboxes(MailboxSet):
    """All folders of one user. With a prefix, folders can be made below it only (as Courier does)."""

    def __init__(self, separator: str, prefix: str) -> None:
        super().__init__()
        self._inbox = Folder(self._content_cache, self._thread_cache)
        self._separator = separator
        self._prefix = prefix
        self.special: dict[str, str] = {}

    @property
    def delimiter(self) -> str:
        """The hierarchy separator."""
        return self._separator

    async def add_mailbox(self, name: str) -> ObjectId:
        """Create a folder; a name outside the prefix is refused."""
        folder = name.removesuffix(self._separator)
        if not folder.startswith(self._prefix):
            raise NotAllowedError(f"Personal folders are below {self._prefix}")
        await super().add_mailbox(folder)
        self._set[folder] = made = Folder(self._content_cache, self._thread_cache)
        return made.mailbox_id

    async def ensure(self, name: str) -> MailboxData:
        """Return a folder, made and subscribed to when it was not there."""
        if name.upper() != "INBOX" and name not in self._set:
            await self.add_mailbox(name)
            await self.set_subscribed(name, True)
        return await self.get_mailbox(name)

    async def put(
        self, name: str, body: bytes, flags: Iterable[str], date: datetime | None
    ) -> int:
        """Store one message; returns its UID."""
        folder = await self.ensure(name)
        marks = frozenset(Flag(flag.encode()) for flag in flags)
        message = AppendMessage(body, date or datetime.now().astimezone(), marks)
        return (await folder.append(message, recent=True)).uid

    async def contents(self, name: str) -> list[Stored]:
        """Return every message of a folder."""
        folder = await self.get_mailbox(name)
        return [await _stored(message) async for message in folder.messages()]

    async def drop(self, name: str, uid: int) -> None:
        """Delete a message."""
        await (await self.get_mailbox(name)).delete([uid])

    async def mark(self, name: str, uid: int, flags: frozenset[Flag]) -> None:
        """Replace the flags of a message."""
        folder = await self.get_mailbox(name)
        async for message in folder.messages():
            if message.uid == uid:
                await folder.update(uid, message, flags, FlagOp.REPLACE)
                return
        raise LookupError(f"no message {uid} in {name}")

    async def renew(self, name: str) -> None:
        """Give a folder another UIDVALIDITY."""
        folder = await self.get_mailbox(name)
        folder._uid_validity += 1  # noqa: SLF001 - pymap has no other way

    async def names(self) -> list[str]:
        """Return the names of all folders that can be selected."""
        return [entry.name for entry in (await self.list_mailboxes()).list() if entry.exists]


class LabSession(Session):
    """A logged-in user; LIST says what folders are for (RFC 6154) when the server speaks of it."""

    special: Mapping[str, str]

    async def list_mailboxes(
        self,
        ref_name: str,
        filter_: str,
        subscribed: bool = False,
        selected: SelectedMailbox | None = None,
    ) -> tuple[Iterable[Listed], SelectedMailbox | None]:
        """List folders, each with its special use."""
        listed, updates = await super().list_mailboxes(ref_name, filter_, subscribed, selected)
        marked = [(name, sep, [*marks, *self._use(name)]) for name, sep, marks in listed]
        return marked, updates

    def _use(self, name: str) -> list[bytes]:
        return [self.special[name].encode()] if name in self.special else []


async def _stored(message: Message) -> Stored:
    content = await message.load_content(FetchRequirement.CONTENT)
    flags = tuple(sorted(str(flag) for flag in message.permanent_flags))
    return Stored(message.uid, flags, message.internal_date, bytes(content))
