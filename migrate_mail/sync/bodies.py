"""Reading messages of an open folder, and the hashes of their content."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from migrate_mail.errors import NetError
from migrate_mail.net.imap import Incoming, ReadOnlySession, Wanted, uid_set
from migrate_mail.sync.content import ContentHash

_LONGEST = 4000
_UNREADABLE = frozenset({"denied", "garbage"})


class Contents:
    """The content hashes of an open folder's messages, each read at most once."""

    def __init__(self, session: ReadOnlySession, folder: str = "") -> None:
        self._session = session
        self._folder = folder
        self._known: dict[int, tuple[str, str] | None] = {}

    def __call__(self, uid: int) -> str | None:
        """Return the hash of one message; None when the server does not give it."""
        return None if (found := self._both(uid)) is None else found[0]

    def gist(self, uid: int) -> str | None:
        """Return the hash of what people read of a message; None when the server does not give it."""
        return None if (found := self._both(uid)) is None else found[1]

    def _both(self, uid: int) -> tuple[str, str] | None:
        if uid not in self._known:
            body = read_body(self._session, uid)
            self._known[uid] = None if body is None else _hashes([body])
        return self._known[uid]

    def ahead(self, uids: Collection[int]) -> None:
        """Read many messages in one go; those that do not come are read one by one when asked for."""
        missing = sorted(set(uids) - self._known.keys())
        if len(missing) < 2:
            return
        stream = self._session.bodies([Wanted(self._folder, uid_sets(missing))])
        for item in stream.items():
            if isinstance(item, Incoming):
                self._known[item.uid] = _hashes(iter(stream.chunk, b""))


def _hashes(pieces: Iterable[bytes | memoryview]) -> tuple[str, str]:
    whole = ContentHash()
    for piece in pieces:
        whole.update(bytes(piece))
    return whole.hexdigest(), whole.gist()


Side = tuple[ReadOnlySession, str, Sequence[int]]


def read_both(old: Side, new: Side) -> tuple[Contents, Contents]:
    """Read the contents of messages of a folder on both sides at the same time."""

    def read(side: Side) -> Contents:
        session, folder, uids = side
        session.examine(folder)
        contents = Contents(session, folder)
        contents.ahead(uids)
        return contents

    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(read, new)
        mine = read(old)
        return mine, coming.result()


def uid_sets(uids: Sequence[int]) -> list[str]:
    """Write ascending UIDs as sets that are no longer than a server's command line."""
    sets: list[str] = []
    for part in uid_set(uids).split(","):
        if sets and len(sets[-1]) + len(part) < _LONGEST:
            sets[-1] += f",{part}"
        else:
            sets.append(part)
    return sets if uids else []


def read_body(session: ReadOnlySession, uid: int) -> bytes | None:
    """Return a message of the open folder; None when it is gone or the server cannot give it."""
    try:
        return session.body(uid)
    except NetError as error:
        # After `garbage` the session is closed: the next call on it says so.
        if error.kind not in _UNREADABLE:
            raise
        return None
