"""The sync journal: which message at old is which message at new, and what is under way.

Intent before APPEND, receipt after. An intent costs one synced transaction, so write many at
once; about 100 bytes of file per message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from migrate_mail.state.codec import maybe_moment_of, moment_of, moment_text
from migrate_mail.state.records import FolderRecord, MessageRecord, SyncFailure, SyncTotals
from migrate_mail.state.table import Tables

_PAGE = 5000
_TOTALS = """
WITH present AS (SELECT max(id) AS id, account FROM sync_folders GROUP BY account, old_name),
counted AS (
    SELECT account, count(DISTINCT present.id) AS folders, count(new_uid) AS copied,
           coalesce(sum(size) FILTER (WHERE new_uid IS NOT NULL), 0) AS bytes,
           count(old_uid) - count(new_uid) AS pending
    FROM present LEFT JOIN sync_messages ON folder_id = present.id GROUP BY account),
failed AS (SELECT account, count(*) AS failed FROM sync_failures GROUP BY account),
ended AS (SELECT account, state, at, max(id) FROM sync_ends GROUP BY account),
names AS (SELECT account FROM counted UNION SELECT account FROM failed
          UNION SELECT account FROM ended)
SELECT account, coalesce(folders, 0) AS folders, coalesce(copied, 0) AS copied,
       coalesce(bytes, 0) AS bytes, coalesce(pending, 0) AS pending,
       coalesce(failed, 0) AS failed, at, coalesce(state, '') AS state
FROM names LEFT JOIN counted USING (account) LEFT JOIN failed USING (account)
     LEFT JOIN ended USING (account)
ORDER BY account
"""
"""A folder that was made anew on either side has several rows; only its last one counts."""


class SyncJournal(Tables):
    """The part of the store that the mailbox sync works with."""

    def folder(
        self,
        account: str,
        old_name: str,
        new_name: str,
        old_uidvalidity: int,
        new_uidvalidity: int,
    ) -> FolderRecord:
        """Return the record of a pair of folders as they are now; make it when it is new."""
        key = (account, old_name, new_name, old_uidvalidity, new_uidvalidity)
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO sync_folders (account, old_name, new_name, old_uidvalidity,"
                " new_uidvalidity) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                key,
            )
            row = db.execute(
                "SELECT * FROM sync_folders WHERE (account, old_name, new_name,"
                " old_uidvalidity, new_uidvalidity) = (?, ?, ?, ?, ?)",
                key,
            ).fetchone()
        return FolderRecord(**row)

    def folders(self, account: str) -> list[FolderRecord]:
        """Return every pair of folders that an account ever had, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM sync_folders WHERE account = ? ORDER BY id", (account,)
        )
        return [FolderRecord(**row) for row in rows]

    def messages(self, folder_id: int) -> dict[int, MessageRecord]:
        """Return what is known of a folder's messages by UID at old, intents included."""
        return {m.old_uid: m for m in self.each_message(folder_id)}

    def each_message(self, folder_id: int) -> Iterator[MessageRecord]:
        """Yield what `messages` returns by ascending UID at old, a page of it in memory at a time."""
        seen: dict[str, tuple[str, ...]] = {}
        after = -1
        while True:
            rows = self._db.rows(
                "SELECT * FROM sync_messages WHERE folder_id = ? AND old_uid > ?"
                " ORDER BY old_uid LIMIT ?",
                (folder_id, after, _PAGE),
            )
            for row in rows:
                flags = row["flags"]
                yield _message(row, seen.setdefault(flags, tuple(flags.split())))
            if len(rows) < _PAGE:
                return
            after = rows[-1]["old_uid"]

    def intend(self, messages: Sequence[MessageRecord]) -> None:
        """Record that messages are about to be sent; durable on return.

        An intent that is there already is renewed. A message with a receipt is refused
        (sqlite3.IntegrityError): sending it would double it.
        """
        with self._db.transaction() as db:
            db.executemany(
                "DELETE FROM sync_messages WHERE folder_id = ? AND old_uid = ?"
                " AND new_uid IS NULL",
                [(m.folder_id, m.old_uid) for m in messages],
            )
            db.executemany(
                "INSERT INTO sync_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(m) for m in messages],
            )

    def receive(self, folder_id: int, old_uid: int, new_uid: int) -> None:
        """Record which message at new an intent became."""
        self.receive_all(folder_id, {old_uid: new_uid})

    def receive_all(self, folder_id: int, receipts: Mapping[int, int]) -> None:
        """Record many receipts (UID at old -> UID at new), all or nothing."""
        self._db.add_all(
            "UPDATE sync_messages SET new_uid = ? WHERE folder_id = ? AND old_uid = ?",
            [(new, folder_id, old) for old, new in receipts.items()],
        )

    def forget(self, folder_id: int, old_uid: int) -> None:
        """Drop what is known of a message: an intent that did not arrive, a copy that is gone."""
        self.forget_all(folder_id, [old_uid])

    def forget_all(self, folder_id: int, old_uids: Sequence[int]) -> None:
        """Drop many messages, all or nothing."""
        self._db.add_all(
            "DELETE FROM sync_messages WHERE folder_id = ? AND old_uid = ?",
            [(folder_id, uid) for uid in old_uids],
        )

    def set_flags(self, folder_id: int, old_uid: int, flags: tuple[str, ...]) -> None:
        """Record the flags that a copy was given."""
        self.set_all_flags(folder_id, {old_uid: flags})

    def set_all_flags(self, folder_id: int, flags: Mapping[int, tuple[str, ...]]) -> None:
        """Record the flags of many copies (by UID at old), all or nothing."""
        self._db.add_all(
            "UPDATE sync_messages SET flags = ? WHERE folder_id = ? AND old_uid = ?",
            [(" ".join(f), folder_id, uid) for uid, f in flags.items()],
        )

    def fail(self, failure: SyncFailure) -> None:
        """Enter what could not be copied, by name."""
        f = failure
        self._db.add(
            "INSERT INTO sync_failures (account, folder, uid, subject, reason, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (f.account, f.folder, f.uid, f.subject, f.reason, moment_text(f.at)),
        )

    def failures(self, account: str | None = None) -> list[SyncFailure]:
        """Return what could not be copied, of an account or of all, in the order it was met."""
        rows = self._db.rows(
            "SELECT * FROM sync_failures WHERE ?1 IS NULL OR account = ?1 ORDER BY account, id",
            (account,),
        )
        return [
            SyncFailure(
                r["account"],
                r["folder"],
                r["uid"],
                r["subject"],
                r["reason"],
                moment_of(r["at"]),
            )
            for r in rows
        ]

    def clear_failures(self, account: str) -> None:
        """Forget an account's failures: a new pass over it finds out again."""
        self._db.add("DELETE FROM sync_failures WHERE account = ?", (account,))

    def account_done(self, account: str, *, state: str, at: datetime) -> None:
        """Record that a pass over an account ended, and how: `done`, `incomplete`, `failed`..."""
        self._db.add(
            "INSERT INTO sync_ends (account, state, at) VALUES (?, ?, ?)",
            (account, state, moment_text(at)),
        )

    def totals(self) -> list[SyncTotals]:
        """Return where the sync of each account stands, by name of the account."""
        return [
            SyncTotals(
                account=r["account"],
                folders=r["folders"],
                copied=r["copied"],
                bytes=r["bytes"],
                pending=r["pending"],
                failed=r["failed"],
                last_at=maybe_moment_of(r["at"]),
                last_state=r["state"],
            )
            for r in self._db.rows(_TOTALS)
        ]


def _row(m: MessageRecord) -> tuple[object, ...]:
    return (
        m.folder_id,
        m.old_uid,
        m.new_uid,
        m.uidnext,
        m.size,
        " ".join(m.flags),
        m.internaldate,
        bytes.fromhex(m.content),
    )


def _message(row: sqlite3.Row, flags: tuple[str, ...]) -> MessageRecord:
    return MessageRecord(
        folder_id=row["folder_id"],
        old_uid=row["old_uid"],
        new_uid=row["new_uid"],
        uidnext=row["uidnext"],
        size=row["size"],
        flags=flags,
        internaldate=row["internaldate"],
        content=row["content"].hex(),
    )
