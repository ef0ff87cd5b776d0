"""Reads and fills mailboxes with the standard library's imaplib: shares nothing with the product."""

from __future__ import annotations

import hashlib
import imaplib
import re
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

_LIST = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?P<separator>.)"|NIL) "?(?P<name>[^"]*)"?$')
_HEAD = re.compile(rb'FLAGS \((?P<flags>[^)]*)\).*INTERNALDATE "(?P<date>[^"]*)"')


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is put into a mailbox; the folder as levels below the root, () is INBOX."""

    folder: tuple[str, ...]
    body: bytes
    flags: tuple[str, ...]
    date: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What must be the same after a move: content, flags, date."""

    content: str
    flags: frozenset[str]
    date: datetime


Contents = dict[tuple[str, ...], Counter[Seen]]
"""Each folder by its levels, with how often each message is in it."""


def seen(body: bytes, flags: frozenset[str], date: datetime) -> Seen:
    """Return the identity of a message: its bytes with CRLF, its flags but not that it is recent."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Seen(hashlib.sha256(lines).hexdigest(), flags - {"\\Recent"}, date.astimezone(UTC))


class Mailbox:
    """One login at one server. Folder names stay as on the wire (modified UTF-7)."""

    def __init__(self, address: str, *, user: str, password: str, ca: Path | None) -> None:
        self._imap = _dialled(address, ca)
        answer = f"\0{user}\0{password}".encode()
        try:
            self._do("authenticate", "PLAIN", lambda _: answer)
        except BaseException:
            self._imap.shutdown()
            raise
        self.separator = self._list('""')[0][1]
        namespaces = self._do("namespace")[0]
        found = re.match(rb'\(\("([^"]*)"', namespaces)
        self.prefix = found[1].decode() if found else ""

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._imap.logout()

    def put(self, letters: list[Letter], *, empty: tuple[str, ...] | None = None) -> None:
        """Append letters, making and subscribing their folders; `empty` is made as well."""
        wanted = sorted({letter.folder for letter in letters} | ({empty} if empty else set()))
        for folder in wanted:
            if folder and folder not in self.folders():
                self._do("create", self._name(folder))
                self._do("subscribe", self._name(folder))
        for letter in letters:
            flags = f"({' '.join(letter.flags)})"
            self._do("append", self._name(letter.folder), flags, letter.date, letter.body)

    def remove(self, token: str) -> None:
        """Take messages with this token in their Subject out of INBOX."""
        self._do("select", "INBOX")
        for number in self._do("search", None, "SUBJECT", f'"{token}"')[0].split():
            self._do("store", number, "+FLAGS", "\\Deleted")
        self._do("expunge")

    def folders(self) -> list[tuple[str, ...]]:
        """Return every folder that can hold messages."""
        return [self._path(name) for flags, _, name in self._list("*") if _selectable(flags)]

    def subscribed(self) -> set[tuple[str, ...]]:
        """Return the folders that the user's mail programs show."""
        return {self._path(name) for _, _, name in self._list("*", command="lsub")}

    def contents(self, *, without: bytes | None = None) -> Contents:
        """Return every message of every folder; `without`: not those that hold these bytes."""
        return {folder: Counter(self._messages(folder, without)) for folder in self.folders()}

    def order(self, folder: tuple[str, ...]) -> list[str]:
        """Return the content of a folder's messages in the order of their UIDs."""
        return [one.content for one in self._messages(folder, None)]

    def holds(self, token: str) -> bool:
        """Tell whether a message with this token in its Subject is in INBOX."""
        self._do("select", "INBOX", True)
        return bool(self._do("search", None, "SUBJECT", f'"{token}"')[0])

    def _messages(self, folder: tuple[str, ...], without: bytes | None) -> Iterator[Seen]:
        self._do("select", self._name(folder), True)
        for part in self._do("uid", "FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])"):
            if isinstance(part, tuple) and not (without and without in part[1]):
                head = _HEAD.search(part[0])
                assert head is not None, part[0]
                date = datetime.strptime(head["date"].decode().strip(), "%d-%b-%Y %H:%M:%S %z")
                yield seen(part[1], frozenset(head["flags"].decode().split()), date)

    def _list(self, pattern: str, command: str = "list") -> list[tuple[set[str], str, str]]:
        rows = [_LIST.search(row) for row in self._do(command, '""', pattern) if row]
        assert all(rows), rows
        return [
            (
                set(r["flags"].decode().split()),
                (r["separator"] or b"").decode(),
                r["name"].decode(),
            )
            for r in rows
            if r
        ]

    def _name(self, folder: tuple[str, ...]) -> str:
        name = self.prefix + self.separator.join(folder) if folder else "INBOX"
        return f'"{name}"'

    def _path(self, name: str) -> tuple[str, ...]:
        if name.upper() == "INBOX":
            return ()
        return tuple(name.removeprefix(self.prefix).split(self.separator))

    def _do(self, command: str, *arguments):
        kind, data = getattr(self._imap, command)(*arguments)
        assert kind == "OK", f"{command} {arguments[:1]}: {kind} {data}"
        return data


def _dialled(address: str, ca: Path | None) -> imaplib.IMAP4:
    """Dial a server; without a CA it has no TLS."""
    if ca is None:
        imap = imaplib.IMAP4(address, timeout=20)
    else:
        context = ssl.create_default_context(cafile=str(ca))
        context.check_hostname = False  # we dial the address, the certificate has the name
        imap = imaplib.IMAP4_SSL(address, ssl_context=context, timeout=20)
    # imaplib sends a command in pieces: each would wait for a delayed ACK.
    imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return imap


def _selectable(flags: set[str]) -> bool:
    return not {"\\noselect", "\\nonexistent"} & {flag.lower() for flag in flags}
