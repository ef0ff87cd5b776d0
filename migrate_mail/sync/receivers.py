"""Who got the mail that lies in a folder: read out of header fields, newest messages only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from migrate_mail.inventory.received import FIELDS, Receivers, receivers
from migrate_mail.net.imap import ReadOnlySession


def receivers_in(
    session: ReadOnlySession, folder: str, since: datetime, most: int
) -> Iterator[tuple[datetime, Receivers]]:
    """Yield when a message came and for whom, of the newest `most` that came since then."""
    session.examine(folder)
    heads = session.heads(session.arrived(since)[-most:])
    came = {head.uid: head.internaldate for head in heads}
    for uid, header in session.headers(sorted(came), FIELDS).items():
        yield came[uid], receivers(header)
