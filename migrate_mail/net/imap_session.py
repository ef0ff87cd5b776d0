"""One logged-in IMAP session: one that can only look, and one that can also write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from migrate_mail.errors import NetError
from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_text import (
    FolderNames,
    UnsendableError,
    quoted,
    write_date,
    write_flags,
)
from migrate_mail.net.imap_types import AppendReceipt, FolderInfo, FolderStatus, MessageHead
from migrate_mail.net.imap_wire import Answer, ImapWire

_WINDOW = 500
"""Heads in one command: few round trips, small answers."""
_PART = 4 * 1024 * 1024
_LARGE = 8 * 1024 * 1024
"""Larger messages are fetched in parts, so that memory stays a few parts small."""
_BROKEN = {"timeout", "closed", "garbage", "tls"}
"""After these the two sides may disagree on where they are: the connection is of no more use."""
_STATUS = "(MESSAGES UIDNEXT UIDVALIDITY)"
_HEAD = "(UID RFC822.SIZE FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"


class ReadOnlySession:
    """A session with no way to write: EXAMINE and BODY.PEEK only, for one thread.

    Folder names are Unicode. Every failure is a NetError; after a broken connection the
    session is closed and says so on each later call.
    """

    def __init__(self, wire: ImapWire, able: frozenset[str], held: ExitStack) -> None:
        self.capabilities = able
        self.endpoint = wire.stream.endpoint
        self._wire = wire
        self._held = held
        self._names = FolderNames()
        self._sizes: dict[int, int] = {}
        self._count = 0
        self._open = True

    def folders(self) -> list[FolderInfo]:
        """List every folder, with special uses where the server knows them (RFC 6154)."""
        returns = ""
        if {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities:
            returns = " RETURN (SPECIAL-USE CHILDREN)"
        with self._talk("LIST"):
            return self._listed(self._wire.do("LIST", '""', f'"*"{returns}'), "LIST")

    def subscribed(self) -> set[str]:
        """Return the names of the subscribed folders."""
        with self._talk("LSUB"):
            listed = self._listed(self._wire.do("LSUB", '""', '"*"'), "LSUB")
            return {f.name for f in listed if f.selectable}

    def prefix(self) -> tuple[str, str]:
        """Return prefix and delimiter of the user's own folders (RFC 2342), such as `INBOX.` and `.`."""
        if "NAMESPACE" in self.capabilities:
            with self._talk("NAMESPACE"):
                answer = self._checked(self._wire.do("NAMESPACE"))
                found = parse.namespace(answer.of("NAMESPACE"), self._names)
            if found is not None:
                return found
        with self._talk("LIST"):
            listed = self._listed(self._wire.do("LIST", '""', '""'), "LIST")
        return "", next((f.delimiter for f in listed if f.delimiter), "/")

    def status(self, folder: str) -> FolderStatus:
        """Return the state of a folder without opening it."""
        with self._talk("STATUS"):
            name = self._names.write(folder)
            answer = self._checked(self._wire.do("STATUS", name, _STATUS))
            return parse.status(next(parse.responses(answer.of("STATUS")), []))

    def examine(self, folder: str) -> FolderStatus:
        """Open a folder for reading."""
        with self._talk("EXAMINE"):
            return self._opened(self._wire.do("EXAMINE", self._names.write(folder)))

    def readable(self, folder: str) -> bool:
        """Open a folder for reading; False for one that this user may not read."""
        try:
            self.examine(folder)
        except NetError as error:
            if error.kind != "denied":
                raise
            return False
        return True

    def uids(self) -> list[int]:
        """Return the UIDs of the open folder, ascending. FETCH, not SEARCH: some servers' is broken."""
        if self._count == 0:
            return []
        with self._talk("UID FETCH"):
            answer = self._checked(self._wire.do("UID", "FETCH", "1:*", "(UID)"))
            return parse.uids(answer.of("FETCH"))

    def heads(self, uids: Sequence[int]) -> list[MessageHead]:
        """Return the heads of messages of the open folder; those that are gone are left out."""
        found: list[MessageHead] = []
        wanted = sorted(set(uids))
        for start in range(0, len(wanted), _WINDOW):
            found += self._heads(wanted[start : start + _WINDOW])
        return found

    def body(self, uid: int) -> bytes:
        """Return a message's bytes as they are, unread as before; large ones come in parts."""
        if self._size(uid) <= _LARGE:
            return self._part(uid, "BODY.PEEK[]")
        parts: list[bytes] = []
        while not parts or len(parts[-1]) == _PART:
            parts.append(self._part(uid, f"BODY.PEEK[]<{len(parts) * _PART}.{_PART}>"))
        return b"".join(parts)

    def find(self, header: str, value: str) -> list[int]:
        """Return the UIDs in the open folder whose header holds the value."""
        with self._talk("UID SEARCH"):
            words = ("UID", "SEARCH", "HEADER", quoted(header), quoted(value))
            return parse.numbers(self._checked(self._wire.do(*words)).of("SEARCH"))

    def noop(self) -> None:
        """Keep the session alive, and let the server tell what is new."""
        with self._talk("NOOP"):
            self._checked(self._wire.do("NOOP"))

    def close(self) -> None:
        """Log out and close; more than once does no harm, and it never raises."""
        if self._open:
            self._open = False
            with suppress(NetError):
                self._wire.stream.begin("LOGOUT", timeout=2)
                self._wire.do("LOGOUT")
        self._wire.stream.close()
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _talk(self, phase: str) -> Iterator[None]:
        """Bound one exchange in time, translate what goes wrong, and drop a broken connection."""
        stream = self._wire.stream
        stream.begin(phase)
        if not self._open:
            raise stream.fail("closed", "the session is closed")
        try:
            yield
        except UnsendableError as exc:
            raise stream.fail("denied", str(exc)) from exc
        except ValueError as exc:
            raise stream.fail("garbage", str(exc)) from exc
        except NetError as error:
            if error.kind in _BROKEN:
                self._drop()
            raise

    def _drop(self) -> None:
        self._open = False
        self._wire.stream.close()

    def _checked(self, answer: Answer) -> Answer:
        if answer.kind != "OK":
            raise self._wire.stream.fail("denied", answer.words)
        return answer

    def _listed(self, answer: Answer, name: str) -> list[FolderInfo]:
        found = parse.responses(self._checked(answer).of(name))
        return [parse.folder(group, self._names) for group in found]

    def _opened(self, answer: Answer) -> FolderStatus:
        self._sizes.clear()
        self._count = 0
        status = parse.opened(self._checked(answer).data)
        self._count = status.messages
        return status

    def _heads(self, uids: list[int]) -> list[MessageHead]:
        with self._talk("UID FETCH"):
            answer = self._wire.do("UID", "FETCH", parse.uid_set(uids), _HEAD)
            found = parse.heads(self._checked(answer).of("FETCH"), set(uids))
        self._sizes.update((h.uid, h.size) for h in found)
        return found

    def _size(self, uid: int) -> int:
        if uid not in self._sizes:
            with self._talk("UID FETCH"):
                answer = self._wire.do("UID", "FETCH", str(uid), "(UID RFC822.SIZE)")
                rows = parse.rows(self._checked(answer).of("FETCH"))
                size = next((r.get(b"RFC822.SIZE") for r in rows if r[b"UID"] == uid), 0)
            self._sizes[uid] = size if isinstance(size, int) else 0
        return self._sizes[uid]

    def _part(self, uid: int, section: str) -> bytes:
        with self._talk("UID FETCH"):
            answer = self._wire.do("UID", "FETCH", str(uid), f"(UID {section})")
            found = parse.body(self._checked(answer).of("FETCH"), uid)
        if found is None:
            text = f"the server said OK but sent no body for UID {uid}: is the message gone?"
            raise self._wire.stream.fail("denied", text)
        return found


class Session(ReadOnlySession):
    """A session that can also write: folders, messages, flags. It deletes nothing."""

    def __init__(self, wire: ImapWire, able: frozenset[str], held: ExitStack) -> None:
        super().__init__(wire, able, held)
        self._liked: set[tuple[bytes, bytes]] = set()

    def select(self, folder: str) -> FolderStatus:
        """Open a folder for writing."""
        with self._talk("SELECT"):
            answer = self._wire.do("SELECT", self._names.write(folder))
            if b"[READ-ONLY]" in answer.text.upper():
                raise self._wire.stream.fail("denied", f"{folder} may only be read")
            return self._opened(answer)

    def create(self, folder: str) -> None:
        """Make a folder; NetError `denied` when it is there or may not be."""
        with self._talk("CREATE"):
            self._checked(self._wire.do("CREATE", self._names.write(folder)))

    def subscribe(self, folder: str) -> None:
        """Subscribe to a folder, so that mail programs show it."""
        with self._talk("SUBSCRIBE"):
            self._checked(self._wire.do("SUBSCRIBE", self._names.write(folder)))

    def append(
        self, folder: str, body: bytes, flags: Sequence[str], internaldate: datetime
    ) -> AppendReceipt | None:
        """Add a message, its bytes as they are; None when the server gives no receipt.

        Flags are the five of the system and atoms; others are refused (`denied`) before
        anything is sent. After `timeout` or `closed` the message may be there or not.
        """
        with self._talk("APPEND"):
            line = self._line(folder, flags, internaldate)
            # LITERAL+ (RFC 7888) only for a line that this server has liked before: the body
            # behind a line that it rejects would be read as commands.
            usual = line[:2] in self._liked and 1971 <= internaldate.year < 2038
            ask = not usual or "LITERAL+" not in self.capabilities
            answer = self._checked(self._append(line, body, ask=ask))
            self._liked.add(line[:2])
            return parse.receipt(answer.text)

    def set_flags(self, uid: int, flags: Sequence[str]) -> None:
        """Replace the flags of a message in the selected folder."""
        with self._talk("UID STORE"):
            words = ("UID", "STORE", str(uid), "FLAGS.SILENT", write_flags(flags))
            self._checked(self._wire.do(*words))

    def _line(
        self, folder: str, flags: Sequence[str], when: datetime
    ) -> tuple[bytes, bytes, bytes]:
        return self._names.write(folder), write_flags(flags), write_date(when)

    def _append(self, line: tuple[bytes, bytes, bytes], body: bytes, *, ask: bool) -> Answer:
        wire = self._wire
        tag = wire.ask("APPEND", *line, b"{%d%s}" % (len(body), b"" if ask else b"+"))
        if not ask or wire.go_ahead():
            wire.write(body + b"\r\n")
        answer = wire.answer(tag)
        if not ask and answer.kind == "BAD":
            self._drop()
        return answer
