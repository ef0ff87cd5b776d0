"""A logged-in IMAP session that can only look."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from migrate_mail.errors import NetError
from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_advice import kind_of
from migrate_mail.net.imap_bodies import BodyStream, Wanted
from migrate_mail.net.imap_survey import FLIGHT, Survey, ask_states, ask_survey, read_folders
from migrate_mail.net.imap_text import FolderNames, UnsendableError, quoted
from migrate_mail.net.imap_tokens import Piece
from migrate_mail.net.imap_types import Ahead, FolderInfo, FolderStatus, Mailboxes, MessageHead
from migrate_mail.net.imap_wire import Answer, ImapWire

WINDOW = 500
"""Heads in one command: few round trips, small answers."""
_PART = 4 * 1024 * 1024
_LARGE = 8 * 1024 * 1024
"""Larger messages are fetched in parts, so that memory stays a few parts small."""
_BROKEN = {"timeout", "closed", "garbage", "tls"}
"""After these the two sides may disagree on where they are: the connection is of no more use."""
_NEAR = 0.005
"""Seconds of a round trip up to which a line is faster than compression would be."""
_FIELDS = "(UID BODY.PEEK[HEADER.FIELDS ({})])"
_HEAD = "(UID RFC822.SIZE FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"


class ReadOnlySession:
    """A session with no way to write: EXAMINE and BODY.PEEK only, for one thread.

    Folder names are Unicode. Every failure is a NetError; after a broken connection the
    session is closed and says so on each later call.
    """

    def __init__(
        self,
        wire: ImapWire,
        able: frozenset[str],
        held: ExitStack,
        asked: Survey | None = None,
    ) -> None:
        self.capabilities = able
        self.endpoint = wire.stream.endpoint
        self.heard = wire.heard
        self._wire = wire
        self._held = held
        self._names = FolderNames()
        self._sizes: dict[int, int] = {}
        self._count = 0
        self._open = True
        self._early: dict[str, FolderStatus] = {}
        self._asked = asked

    def mailboxes(self, known: Sequence[str] = ()) -> Callable[[], Mailboxes]:
        """Ask for folders, subscriptions and namespace in one flight; the result reads the answers.

        known: folders that were there before. Their state is asked for in the same flight, and
        the next call of `statuses` has it already.
        """
        with self._talk("LIST"):
            survey = self._asked_before(known)
            if survey is None:
                ahead = Ahead(tuple(known), self.capabilities)
                survey = ask_survey(self._wire, self._names, ahead)
                self._wire.flush()

        def read() -> Mailboxes:
            return self._surveyed(survey)

        return read

    def folders(self) -> list[FolderInfo]:
        """List every folder, with special uses where the server knows them (RFC 6154)."""
        return list(self.mailboxes()().folders)

    def status(self, folder: str) -> FolderStatus:
        """Return the state of a folder without opening it."""
        found = self.statuses([folder])()[folder]
        if isinstance(found, NetError):
            raise found
        return found

    def statuses(
        self, folders: Sequence[str]
    ) -> Callable[[], dict[str, FolderStatus | NetError]]:
        """Ask for the state of many folders in one flight; the result reads the answers.

        A folder that the server refuses has the refusal in place of its state.
        """
        early, self._early = self._early, {}
        found: dict[str, FolderStatus | NetError] = {f: early[f] for f in folders if f in early}
        rest = [f for f in folders if f not in early]
        flight = deque(self._flight(rest[:FLIGHT]))

        def read() -> dict[str, FolderStatus | NetError]:
            for start in range(0, len(rest), FLIGHT):
                if start:
                    flight.extend(self._flight(rest[start : start + FLIGHT]))
                while flight:
                    folder, tag = flight.popleft()
                    found[folder] = self._state(tag)
            return found

        return read

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

    def marks(self, uids: str = "1:*") -> Iterator[tuple[int, bytes]]:
        """Yield UID and flags (with blanks between) of the open folder's messages, as they come."""
        for pieces in self._fetched(uids, "FLAGS"):
            yield from parse.marked(pieces)

    def numbers(self, item: str) -> list[tuple[int, int]]:
        """Return UID and a number, such as X-GM-MSGID, of each message of the open folder."""
        return list(parse.numbered(self._fetched("1:*", item), item))

    def arrived(self, since: datetime) -> list[int]:
        """Return the UIDs of what came to the open folder since then, ascending; by FETCH as `uids`."""
        late, undated = set[int](), set[int]()
        for uid, moment in parse.dated(self._fetched("1:*", "INTERNALDATE")):
            if moment is None:  # news of flags, or a date is missing: then `heads` says so
                undated.add(uid)
            elif moment >= since:
                late.add(uid)
        return sorted(late | {h.uid for h in self.heads(undated) if h.internaldate >= since})

    def _fetched(self, uids: str, item: str) -> Iterator[list[Piece]]:
        """Give the answers to a FETCH of one item as they come, so that they may outgrow memory."""
        if self._count == 0:
            return
        with self._talk("UID FETCH"):
            tag = self._wire.ask("UID", "FETCH", uids, f"(UID {item})")
            for untagged in self._wire.lines(tag):
                self._wire.stream.begin("UID FETCH")
                if untagged.name == "FETCH":
                    yield untagged.pieces
            self._checked(self._wire.answer(tag))

    def heads(self, uids: Collection[int]) -> list[MessageHead]:
        """Return the heads of messages of the open folder; those that are gone are left out."""
        wanted = sorted(set(uids))
        starts = range(0, len(wanted), WINDOW)
        return [h for at in starts for h in self._heads(wanted[at : at + WINDOW])]

    def headers(self, uids: Sequence[int], fields: str = "FROM SUBJECT") -> dict[int, bytes]:
        """Return some header fields of messages of the open folder, as they are written."""
        found: dict[int, bytes] = {}
        for start in range(0, len(uids), WINDOW):
            with self._talk("UID FETCH"):
                some = parse.uid_set(uids[start : start + WINDOW])
                answer = self._checked(
                    self._wire.do("UID", "FETCH", some, _FIELDS.format(fields))
                )
                for row in parse.rows(answer.of("FETCH")):
                    found[row[b"UID"]] = parse.section(row, b"BODY[HEADER.FIELDS") or b""
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

    def bodies(self, wanted: Sequence[Wanted]) -> BodyStream:
        """Stream messages of several folders. Until it is read to its end the session is its own."""
        return BodyStream(self._wire, self._names, wanted)

    @property
    def compressible(self) -> bool:
        """True when the server would compress (RFC 4978) and is far enough away for that to pay."""
        far = self._wire.stream.round_trip > _NEAR
        return far and "COMPRESS=DEFLATE" in self.capabilities

    def hang_up(self) -> None:
        """Close without a word, for a conversation that is not wanted any more."""
        self._drop()

    def room(self) -> int | None:
        """Return how many octets the quota has left (RFC 9208), None: no limit; `denied`: not told."""
        if not any(able == "QUOTA" or able.startswith("QUOTA=") for able in self.capabilities):
            return None
        with self._talk("GETQUOTAROOT"):
            answer = self._wire.do("GETQUOTAROOT", quoted("INBOX"))
            return parse.room(self._checked(answer).of("QUOTA"))

    def noop(self) -> None:
        """Keep the session alive, and let the server tell what is new."""
        with self._talk("NOOP"):
            self._checked(self._wire.do("NOOP"))

    def close(self) -> None:
        """Log out and close; more than once does no harm, and it never raises.

        Nothing that the server may say to LOGOUT is worth a round trip. In the middle of a
        command we hang up instead: what we said would become a part of it, LOGOUT the end of
        somebody's message.
        """
        polite, self._open = self._open and self._wire.idle, False
        if polite:
            with suppress(NetError):
                self._wire.stream.begin("LOGOUT", timeout=2)
                self._wire.ask("LOGOUT")
                self._wire.flush()
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

    def _asked_before(self, known: Sequence[str]) -> Survey | None:
        """Return what was asked with the login; None, its answers read, when it does not fit."""
        asked, self._asked = self._asked, None
        if asked is not None and not asked.fits(known, self.capabilities):
            for tag in asked.tags:
                self._wire.answer(tag)
            return None
        return asked

    def _surveyed(self, survey: Survey) -> Mailboxes:
        # A folder that is gone by now is asked for again, if it is asked for at all.
        states = [(name, self._state(tag)) for name, tag in survey.states]
        self._early = {n: s for n, s in states if isinstance(s, FolderStatus)}
        with self._talk("LIST"):
            return read_folders(self._wire, self._names, survey, self._checked)

    def _flight(self, folders: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        with self._talk("STATUS"):
            asked = ask_states(self._wire, self._names, folders, self.capabilities)
            self._wire.flush()
            return asked

    def _state(self, tag: bytes) -> FolderStatus | NetError:
        with self._talk("STATUS"):
            answer = self._wire.answer(tag)
            if answer.kind != "OK":
                return self._refusal(answer)
            return parse.status(next(parse.responses(answer.of("STATUS")), []))

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
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> NetError:
        """Return the error for a NO or BAD; raise it when it is meant for the account."""
        error = self._wire.stream.fail(kind_of(answer.words), answer.words)
        if error.kind != "denied":
            raise error
        return error

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
        if len(self._sizes) > 20 * WINDOW:  # they only spare a question before a body
            self._sizes.clear()
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
