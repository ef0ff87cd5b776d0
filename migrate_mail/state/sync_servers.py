"""What the sync journal knows beside messages: what servers can do and count, how Gmail holds mail, test mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrate_mail.state.codec import moment_of
from migrate_mail.state.records import MailboxSide, SyncFailure
from migrate_mail.state.table import Tables

_MERGED = "new holds it as one with an equal message, UID {} in {}"


class ServerNotes(Tables):
    """The part of the sync journal that is about servers rather than messages."""

    def abilities(self, account: str) -> dict[str, frozenset[str]]:
        """Return what the server of each side could do after the last login."""
        rows = self._db.rows(
            "SELECT side, able FROM sync_abilities WHERE account = ?", (account,)
        )
        return {side: frozenset(able.split()) for side, able in rows}

    def remember_abilities(
        self, account: str, sides: Mapping[MailboxSide, frozenset[str]]
    ) -> None:
        """Record what the servers can do after a login; nothing is written where that is known."""
        known = self.abilities(account)
        rows = [
            (account, s, " ".join(sorted(a))) for s, a in sides.items() if known.get(s) != a
        ]
        if rows:
            self._db.add_all("INSERT OR REPLACE INTO sync_abilities VALUES (?, ?, ?)", rows)

    def merge(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Record messages that new holds as one with another: folder, UID at old, UID at new."""
        self._db.add_all("INSERT OR REPLACE INTO sync_merged VALUES (?, ?, ?)", rows)

    def merged(self, folder_id: int) -> set[int]:
        """Return the UIDs at old that are held as one with a message that has a receipt."""
        rows = self._db.rows(
            "SELECT m.old_uid FROM sync_merged m JOIN sync_receipts r"
            " USING (folder_id, new_uid) WHERE folder_id = ?",
            (folder_id,),
        )
        return {row[0] for row in rows}

    def merged_by_name(self) -> list[SyncFailure]:
        """Return every message of folders that were looked through which new holds as one with another."""
        rows = self._db.rows(
            "SELECT account, old_name, old_uid, new_uid, new_name, sync_looks.at"
            " FROM sync_merged JOIN sync_folders ON id = sync_merged.folder_id"
            " JOIN sync_looks ON sync_looks.folder_id = id ORDER BY account, id, old_uid"
        )
        return [
            SyncFailure(
                r[0], r[1], r[2], "", _MERGED.format(*r[3:5]), moment_of(r[5]), "merged"
            )
            for r in rows
        ]

    def was_tested(self, address: str) -> bool:
        """Tell whether a test message was ever sent to an address: only then one can lie there."""
        sql = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE recipient = ? COLLATE NOCASE)"
        return bool(self._db.rows(sql, (address,))[0][0])

    def claim(self, folder_id: int, numbers: Iterable[tuple[int, int]]) -> None:
        """Record which of Gmail's messages (UID at old, number) are to be copied for a folder."""
        self._db.add_all(
            "INSERT OR REPLACE INTO sync_gmail VALUES (?, ?, ?)",
            [(folder_id, uid, number) for uid, number in numbers],
        )

    def claims(self, account: str) -> list[tuple[int, int, int]]:
        """Return Gmail's messages that have a receipt: folder, UID at old, number."""
        rows = self._db.rows(
            "SELECT folder_id, old_uid, number FROM sync_gmail"
            " JOIN sync_receipts USING (folder_id, old_uid)"
            " JOIN sync_folders ON id = folder_id WHERE account = ?",
            (account,),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def use(
        self, account: str, day: str, moved: Iterable[tuple[MailboxSide, int, int]]
    ) -> None:
        """Add what an account moved on a day: side, bytes, commands."""
        self._db.add_all(
            "INSERT INTO sync_usage VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " octets = octets + excluded.octets, commands = commands + excluded.commands",
            [(account, side, day, octets, commands) for side, octets, commands in moved],
            synced=False,
        )

    def used(self, account: str, day: str) -> dict[str, int]:
        """Return how many bytes an account moved on a day, by side."""
        rows = self._db.rows(
            "SELECT side, octets FROM sync_usage WHERE (account, day) = (?, ?)", (account, day)
        )
        return {row[0]: row[1] for row in rows}
