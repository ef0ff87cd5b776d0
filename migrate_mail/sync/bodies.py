"""Reading messages of an open folder, and the hashes of their content."""

from __future__ import annotations

from collections.abc import Mapping

from migrate_mail.errors import NetError
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.sync.content import content_hash

_UNREADABLE = frozenset({"denied", "garbage"})


class Contents:
    """The content hashes of the open folder's messages, each read at most once."""

    def __init__(
        self, session: ReadOnlySession, known: Mapping[int, str] | None = None
    ) -> None:
        self._session = session
        self._known: dict[int, str | None] = dict(known or {})

    def __call__(self, uid: int) -> str | None:
        """Return the hash of one message; None when the server does not give it."""
        if uid not in self._known:
            body = read_body(self._session, uid)
            self._known[uid] = None if body is None else content_hash(body)
        return self._known[uid]


def read_body(session: ReadOnlySession, uid: int) -> bytes | None:
    """Return a message of the open folder; None when it is gone or the server cannot give it."""
    try:
        return session.body(uid)
    except NetError as error:
        # After `garbage` the session is closed: the next call on it says so.
        if error.kind not in _UNREADABLE:
            raise
        return None
