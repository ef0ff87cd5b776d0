"""How one side writes the names of folders: prefix, separator, whose they are, what it refuses. PURE."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from migrate_mail.net.imap import FolderInfo

INBOX = "INBOX"
ROOT = "\0INBOX"
"""Stands for INBOX in a path, so that a folder `INBOX.INBOX` is not taken for it."""

Path = tuple[str, ...]
"""The levels of a folder's name, below the prefix of the user's own folders."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace of folders that are not the user's own (RFC 2342)."""

    prefix: str
    delimiter: str
    whose: Literal["other users", "shared"]


@dataclass(frozen=True, slots=True)
class Taste:
    """What a server takes in a name beside what all take.

    name: what to call it. forbidden: characters. tidy: blanks neither at the ends nor two in a
    row. longest: octets of a whole name; 0 when it is not known. reserved: names at the top, in
    lower case, that it keeps for itself.
    """

    name: str = ""
    forbidden: str = ""
    tidy: bool = False
    longest: int = 0
    reserved: frozenset[str] = frozenset()


PLAIN = Taste()
GMAIL = Taste(
    name="Gmail",
    forbidden="^'\"\\",
    tidy=True,
    longest=225,
    reserved=frozenset({"sent", "drafts", "draft", "trash", "spam", "starred", "important"}),
)
EXCHANGE = Taste(
    name="Exchange",
    reserved=frozenset(
        {"calendar", "contacts", "tasks", "notes", "journal", "outbox", "files"}
    ),
)
_EXCHANGE_HOSTS = (".office365.com", ".outlook.com", ".outlook.cn", ".office365.us")


@dataclass(frozen=True, slots=True)
class Space:
    """The user's own folders at one side (RFC 2342): what names begin with, what separates levels.

    others: where folders of other users, and shared ones, are.
    """

    prefix: str
    delimiter: str
    others: tuple[Namespace, ...] = ()
    taste: Taste = PLAIN

    def foreign(self, name: str) -> Namespace | None:
        """Return the namespace of a folder that is not the user's own; None for one that is."""
        if name.upper() == INBOX:
            return None
        found = [n for n in self.others if _within(name, n.prefix, n.delimiter)]
        longest = max(found, key=lambda n: len(n.prefix), default=None)
        own = _within(name, self.prefix, self.delimiter)
        if longest is None or (own and len(self.prefix) >= len(longest.prefix)):
            return None
        return longest


def taste_of(capabilities: Collection[str], host: str, said: str = "") -> Taste:
    """Return what a server takes. said: its greeting or what it answered to ID."""
    if "X-GM-EXT-1" in capabilities:
        return GMAIL
    if f".{host.lower()}".endswith(_EXCHANGE_HOSTS) or "microsoft exchange" in said.lower():
        return EXCHANGE
    return PLAIN


def path_of(folder: FolderInfo, space: Space) -> Path:
    """Return the levels of a folder's name."""
    name, delimiter = folder.name, folder.delimiter or space.delimiter
    if name.upper() == INBOX:
        return (ROOT,)
    head = name[: len(space.prefix)]
    if space.prefix and head.upper() == space.prefix.upper() and len(name) > len(head):
        return _split(name[len(head) :], delimiter)
    parts = _split(name, delimiter)
    return (ROOT, *parts[1:]) if parts[0].upper() == INBOX and len(parts) > 1 else parts


def _split(name: str, delimiter: str | None) -> Path:
    return tuple(name.split(delimiter)) if delimiter else (name,)


def _within(name: str, prefix: str, delimiter: str) -> bool:
    """Tell whether a name lies below a prefix, or is the prefix itself (`shared` of `shared/`)."""
    return f"{name}{delimiter}".casefold().startswith(prefix.casefold())
