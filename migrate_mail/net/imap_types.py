"""What IMAP servers tell us about folders and messages, as plain values."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from migrate_mail.net.facts import Pin
from migrate_mail.net.sasl import Way


class ImapTarget(NamedTuple):
    """One mailbox at one server. ca: PEM file of the CA to trust instead of the system's.

    way: how to log in. admin: who logs in on behalf of `user`; empty: the user. pin: the bad
    certificate that is let pass, and no other.
    """

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    ca: Path | None
    user: str
    connections: int = 4
    way: Way = "password"
    admin: str = ""
    pin: Pin | None = None


class Ahead(NamedTuple):
    """What is known of a mailbox before it is opened, so that all can be asked with the login.

    known: folders that were there. able: what the server could do after the last login.
    """

    known: tuple[str, ...]
    able: frozenset[str]


class FolderInfo(NamedTuple):
    r"""One folder as listed. flags: lower-case (`\noselect`). special_use: such as `\sent`."""

    name: str
    delimiter: str | None
    flags: frozenset[str]
    selectable: bool
    special_use: str | None


class FolderStatus(NamedTuple):
    r"""The state of a folder. 0 for uidnext, uidvalidity or modseq: the server did not say.

    permanent_flags: after `select` only; holds `\*` when the folder takes new keywords.
    """

    messages: int
    uidnext: int
    uidvalidity: int
    permanent_flags: frozenset[str] = frozenset()
    modseq: int = 0


class ForeignSpace(NamedTuple):
    """A namespace of folders that are not the user's own (RFC 2342)."""

    prefix: str
    delimiter: str
    whose: Literal["other users", "shared"]


class Mailboxes(NamedTuple):
    """A user's folders at one server. prefix, delimiter: of the personal namespace (RFC 2342)."""

    folders: tuple[FolderInfo, ...]
    subscribed: frozenset[str]
    prefix: str
    delimiter: str
    others: tuple[ForeignSpace, ...] = ()


class Making(NamedTuple):
    """A folder that is to be opened for writing, made and subscribed before if so."""

    folder: str
    create: bool
    subscribe: bool


class MessageHead(NamedTuple):
    r"""One message without its body. flags: sorted, without `\Recent`. message_id: with its <>."""

    uid: int
    size: int
    flags: tuple[str, ...]
    internaldate: datetime
    message_id: str | None


class AppendReceipt(NamedTuple):
    """Where an appended message went (UIDPLUS, RFC 4315)."""

    uidvalidity: int
    uid: int
