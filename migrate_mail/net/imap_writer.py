"""A logged-in IMAP session that can also write: folders, messages, flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from migrate_mail.errors import NetError
from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_advice import kind_of
from migrate_mail.net.imap_append import Appender
from migrate_mail.net.imap_session import WINDOW, ReadOnlySession
from migrate_mail.net.imap_survey import FLIGHT, Survey
from migrate_mail.net.imap_text import write_date, write_flags
from migrate_mail.net.imap_types import AppendReceipt, FolderStatus, Making
from migrate_mail.net.imap_wire import Answer, ImapWire

SCRATCH_NAME = re.compile(r"migrate-mail probe [0-9a-f]{8}$")
"""The only folders that are ever deleted."""


class Session(ReadOnlySession):
    """A session that can also write: folders, messages, flags. It removes single messages by UID, and scratch folders."""

    def __init__(
        self,
        wire: ImapWire,
        able: frozenset[str],
        held: ExitStack,
        asked: Survey | None = None,
    ) -> None:
        super().__init__(wire, able, held, asked)
        self._liked: set[tuple[bytes, bytes]] = set()

    def join(self, other: Session) -> None:
        """Count what is asked and heard here as asked and heard in another session to this server."""
        other.heard.commands += self.heard.commands
        other.heard.refusals += self.heard.refusals
        self.heard = self._wire.heard = other.heard

    def select(self, folder: str) -> FolderStatus:
        """Open a folder for writing."""
        with self._talk("SELECT"):
            answer = self._wire.do("SELECT", self._names.write(folder))
            return self._selected(folder, answer)

    def create(self, folder: str) -> None:
        """Make a folder; NetError `denied` when it is there or may not be."""
        with self._talk("CREATE"):
            self._checked(self._wire.do("CREATE", self._names.write(folder)))

    def delete_scratch(self, folder: str) -> None:
        """Delete a folder of the probe, with what is in it; any other name is refused here."""
        if not SCRATCH_NAME.search(folder):
            raise self._wire.stream.fail("denied", f"{folder} is no scratch folder of ours")
        with self._talk("DELETE"):
            self._checked(self._wire.do("DELETE", self._names.write(folder)))

    def subscribe(self, folder: str) -> None:
        """Subscribe to a folder, so that mail programs show it."""
        with self._talk("SUBSCRIBE"):
            self._checked(self._wire.do("SUBSCRIBE", self._names.write(folder)))

    def append(
        self,
        folder: str,
        body: bytes,
        flags: Sequence[str],
        internaldate: datetime,
        *,
        careful: bool = False,
    ) -> AppendReceipt | None:
        """Add a message, its bytes as they are; None when the server gives no receipt.

        Flags are the five of the system and atoms; others are refused (`denied`) before
        anything is sent. careful: ask before the body, for one that was refused before. After `timeout` or `closed` the message may be there or not.
        """
        with self._talk("APPEND"):
            line = self._line(folder, flags, internaldate)
            # LITERAL+ (RFC 7888) only for a line that this server has liked before: the body
            # behind a line that it rejects would be read as commands.
            usual = line[:2] in self._liked and 1971 <= internaldate.year < 2038
            ask = careful or not usual or "LITERAL+" not in self.capabilities
            answer = self._checked(self._append(line, body, ask=ask))
            self._liked.add(line[:2])
            return parse.receipt(answer.text)

    def prepare(self, makings: Sequence[Making]) -> dict[str, FolderStatus | NetError]:
        """Make, subscribe and open folders in one flight each; a refusal stands for its folder."""
        found: dict[str, FolderStatus | NetError] = {}
        for start in range(0, len(makings), FLIGHT // 3):
            with self._talk("SELECT"):
                some = makings[start : start + FLIGHT // 3]
                flight = [(m, self._ask_for(m)) for m in some]
                self._wire.flush()
            for making, tags in flight:
                found[making.folder] = self._prepared(making, tags)
        return found

    def appender(self, *, careful: bool = False) -> Appender[Any]:
        """Stream messages into folders. Until its last result the session is its own."""
        return Appender(self._wire, self.capabilities, self._names, careful=careful)

    def set_flags(self, uids: Sequence[int], flags: Sequence[str]) -> None:
        """Replace the flags of messages in the selected folder."""
        ordered = sorted(uids)
        for start in range(0, len(ordered), WINDOW):
            with self._talk("UID STORE"):
                some = parse.uid_set(ordered[start : start + WINDOW])
                words = ("UID", "STORE", some, "FLAGS.SILENT", write_flags(flags))
                self._checked(self._wire.do(*words))

    def remove(self, uids: Sequence[int]) -> None:
        """Remove messages of the selected folder, and no others (UID EXPUNGE, RFC 4315)."""
        ordered = sorted(uids)
        for start in range(0, len(ordered), WINDOW):
            with self._talk("UID EXPUNGE"):
                some = parse.uid_set(ordered[start : start + WINDOW])
                words = ("UID", "STORE", some, "+FLAGS.SILENT", write_flags(("\\Deleted",)))
                self._checked(self._wire.do(*words))
                self._checked(self._wire.do("UID", "EXPUNGE", some))

    def _ask_for(self, making: Making) -> tuple[bytes | None, bytes | None, bytes]:
        name = self._names.write(making.folder)
        create = self._wire.ask("CREATE", name) if making.create else None
        subscribe = self._wire.ask("SUBSCRIBE", name) if making.subscribe else None
        return create, subscribe, self._wire.ask("SELECT", name)

    def _prepared(
        self, making: Making, tags: tuple[bytes | None, bytes | None, bytes]
    ) -> FolderStatus | NetError:
        with self._talk("SELECT"):
            made, subscribed, opened = (self._wire.answer(t) if t else None for t in tags)
            assert opened is not None
            if opened.kind == "OK" and (subscribed is None or subscribed.kind == "OK"):
                return self._selected(making.folder, opened)
            # Refused because it is there already is no failure; refused for its name is.
            told = {"CREATE": made, "SELECT": opened, "SUBSCRIBE": subscribed}
            phase, first = next((p, a) for p, a in told.items() if a and a.kind != "OK")
            error = NetError(kind_of(first.words), str(self.endpoint), phase, first.words)
            if error.kind != "denied":
                raise error
            return error

    def _selected(self, folder: str, answer: Answer) -> FolderStatus:
        if b"[READ-ONLY]" in answer.text.upper():
            raise self._wire.stream.fail("denied", f"{folder} may only be read")
        return self._opened(answer)

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
