"""Test messages: sent, looked for, found or not."""

from __future__ import annotations

import sqlite3
from typing import cast

from migrate_mail.state.codec import moment_of, moment_text
from migrate_mail.state.records import DeliveryRecord, MailboxSide
from migrate_mail.state.table import Tables


class Deliveries(Tables):
    """The part of the store that remembers test messages."""

    def record_delivery(self, d: DeliveryRecord) -> None:
        """Append a test message, or a later look at it (same token)."""
        found = None if d.found_on is None else " ".join(d.found_on)
        self._db.add(
            "INSERT INTO deliveries (token, recipient, via, sent_at, reply, found_on, seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (d.token, d.recipient, d.via, moment_text(d.sent_at), d.reply, found, d.seconds),
        )

    def deliveries(self) -> list[DeliveryRecord]:
        """Return what is known of each test message by its last look, oldest message first."""
        rows = self._db.rows(
            "SELECT * FROM deliveries WHERE id IN"
            " (SELECT max(id) FROM deliveries GROUP BY token) ORDER BY sent_at, id"
        )
        return [_delivery(row) for row in rows]


def _delivery(row: sqlite3.Row) -> DeliveryRecord:
    found = row["found_on"]
    return DeliveryRecord(
        token=row["token"],
        recipient=row["recipient"],
        via=row["via"],
        sent_at=moment_of(row["sent_at"]),
        reply=row["reply"],
        found_on=None if found is None else cast(tuple[MailboxSide, ...], tuple(found.split())),
        seconds=row["seconds"],
    )
