"""What servers replied to RCPT in a look that has not come to its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from migrate_mail.state.codec import moment_of, moment_text
from migrate_mail.state.records import RecipientRecord
from migrate_mail.state.table import Tables


class Recipients(Tables):
    """The part of the store by which a long look goes on after it was cut short."""

    def keep_replies(self, replies: Sequence[RecipientRecord]) -> None:
        """Keep replies; a later one to the same address takes the place of the earlier."""
        rows = [(r.server, r.address, r.code, r.text, moment_text(r.at)) for r in replies]
        sql = "INSERT OR REPLACE INTO recipients (server, address, code, text, at) VALUES (?, ?, ?, ?, ?)"
        self._db.add_all(sql, rows, synced=False)

    def kept_replies(self, server: str, since: datetime) -> list[RecipientRecord]:
        """Return the last reply of a server to each address that is kept and not older."""
        rows = self._db.rows(
            "SELECT * FROM recipients WHERE server = ? AND at >= ? ORDER BY address",
            (server, moment_text(since)),
        )
        return [
            RecipientRecord(r["server"], r["address"], r["code"], r["text"], moment_of(r["at"]))
            for r in rows
        ]

    def forget_replies(self, server: str, addresses: Sequence[str]) -> None:
        """Let go of the replies of a look that came to its end."""
        self._db.add_all(
            "DELETE FROM recipients WHERE server = ? AND address = ?",
            [(server, address) for address in addresses],
        )
