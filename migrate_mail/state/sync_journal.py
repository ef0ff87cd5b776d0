"""The sync journal: which message at old is which message at new, and where a copy was cut off.

Before anything is sent into a folder a *window* is opened: new's UIDNEXT at that moment, durable.
Receipts follow while messages arrive. A window that is still open tells that whatever new holds
from there on without a receipt may be ours: it is looked at before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from migrate_mail.state.codec import maybe_moment_of, moment_of, moment_text
from migrate_mail.state.records import (
    CopyRecord,
    FolderBook,
    FolderLook,
    FolderRecord,
    SyncFailure,
    SyncTotals,
)
from migrate_mail.state.sync_servers import ServerNotes

FolderKey = tuple[str, str, str, int, int]
"""Account, name at old, name at new, UIDVALIDITY at old, UIDVALIDITY at new."""
Receipt = tuple[int, int, int, int, str, bool]
"""A receipt as stored: folder, UID at old, UID at new, size, flags with blanks, ours."""

_PAGE = 5000
_ACCOUNTS = """
SELECT account FROM sync_folders UNION SELECT account FROM sync_failures
UNION SELECT account FROM sync_ends
"""
_TOTALS = """
WITH present AS (SELECT max(id) AS id, account FROM sync_folders GROUP BY account, old_name),
counted AS (
    SELECT account, count(DISTINCT present.id) AS folders, count(new_uid) AS copied,
           coalesce(sum(size), 0) AS bytes
    FROM present LEFT JOIN sync_receipts ON folder_id = present.id GROUP BY account),
open AS (SELECT account, count(*) AS pending FROM sync_windows JOIN sync_folders
         ON id = folder_id GROUP BY account),
failed AS (SELECT account, count(*) FILTER (WHERE kind = 'failed') AS failed,
           count(*) FILTER (WHERE kind = 'skipped') AS skipped
           FROM sync_failures GROUP BY account),
ended AS (SELECT account, state, at, max(id) FROM sync_ends GROUP BY account),
names AS (SELECT account FROM counted UNION SELECT account FROM failed
          UNION SELECT account FROM ended)
SELECT account, coalesce(folders, 0) AS folders, coalesce(copied, 0) AS copied,
       coalesce(bytes, 0) AS bytes, coalesce(pending, 0) AS pending,
       coalesce(failed, 0) AS failed, coalesce(skipped, 0) AS skipped, at,
       coalesce(state, '') AS state
FROM names LEFT JOIN counted USING (account) LEFT JOIN open USING (account)
     LEFT JOIN failed USING (account) LEFT JOIN ended USING (account)
ORDER BY account
"""
"""A folder that was made anew on either side has several rows; only its last one counts."""


class SyncJournal(ServerNotes):
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
        return self.folders_of([key])[0]

    def folders_of(self, keys: Sequence[FolderKey]) -> list[FolderRecord]:
        """Return the records of many pairs of folders; those that are new are made."""
        with self._db.transaction() as db:
            db.executemany(
                "INSERT INTO sync_folders (account, old_name, new_name, old_uidvalidity,"
                " new_uidvalidity) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                keys,
            )
            rows = [
                db.execute(
                    "SELECT * FROM sync_folders WHERE (account, old_name, new_name,"
                    " old_uidvalidity, new_uidvalidity) = (?, ?, ?, ?, ?)",
                    key,
                ).fetchone()
                for key in keys
            ]
        return [FolderRecord(**row) for row in rows]

    def folders(self, account: str) -> list[FolderRecord]:
        """Return every pair of folders that an account ever had, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM sync_folders WHERE account = ? ORDER BY id", (account,)
        )
        return [FolderRecord(**row) for row in rows]

    def copies(self, folder_id: int) -> Iterator[CopyRecord]:
        """Yield a folder's receipts by ascending UID at old, a page of them in memory at a time."""
        seen: dict[str, tuple[str, ...]] = {}
        after = -1
        while True:
            rows = self._db.rows(
                "SELECT old_uid, new_uid, size, flags, ours FROM sync_receipts"
                " WHERE folder_id = ? AND old_uid > ? ORDER BY old_uid LIMIT ?",
                (folder_id, after, _PAGE),
            )
            for old, new, size, flags, ours in rows:
                yield CopyRecord(
                    old, new, size, seen.setdefault(flags, tuple(flags.split())), bool(ours)
                )
            if len(rows) < _PAGE:
                return
            after = rows[-1]["old_uid"]

    def claimed(self, folder_id: int, least: int = 0) -> set[int]:
        """Return the UIDs at new, from `least` on, that have a receipt."""
        rows = self._db.rows(
            "SELECT new_uid FROM sync_receipts WHERE folder_id = ? AND new_uid >= ?",
            (folder_id, least),
        )
        return {row[0] for row in rows}

    def count(self, folder_id: int) -> int:
        """Return how many receipts a folder has."""
        return int(
            self._db.rows(
                "SELECT count(*) FROM sync_receipts WHERE folder_id = ?", (folder_id,)
            )[0][0]
        )

    def held(self, account: str) -> int:
        """Return how many receipts an account has in all its folders."""
        sql = "SELECT count(*) FROM sync_receipts JOIN sync_folders ON id = folder_id WHERE account = ?"
        return int(self._db.rows(sql, (account,))[0][0])

    def open_windows(self, windows: Mapping[int, int]) -> None:
        """Record that messages are about to be sent (folder -> new's UIDNEXT); durable on return."""
        self._db.add_all(
            "INSERT INTO sync_windows VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET uidnext = excluded.uidnext",
            windows.items(),
        )

    def windows(self, account: str) -> dict[int, int]:
        """Return the windows that are open: folder -> new's UIDNEXT when it was opened."""
        rows = self._db.rows(
            "SELECT folder_id, uidnext FROM sync_windows JOIN sync_folders ON id = folder_id"
            " WHERE account = ?",
            (account,),
        )
        return {row[0]: row[1] for row in rows}

    def enter(self, folder_id: int, copies: Iterable[CopyRecord]) -> None:
        """Enter receipts, all or nothing.

        sqlite3.IntegrityError for a message that has one already, or a UID at new that is the
        copy of another message. A power cut may take receipts back: the window still tells.
        """
        self.enter_rows((folder_id, c.old_uid, c.new_uid, c.size, " ".join(c.flags), c.ours) for c in copies)  # fmt: skip

    def enter_rows(self, rows: Iterable[Receipt]) -> None:
        """Enter receipts of several folders as they are stored: quick, for many of them."""
        self._db.add_all(
            "INSERT INTO sync_receipts VALUES (?, ?, ?, ?, ?, ?)", rows, synced=False
        )

    def close_windows(self, folder_ids: Iterable[int]) -> None:
        """Record that everything that was sent into these folders has its receipt."""
        self._db.add_all(
            "DELETE FROM sync_windows WHERE folder_id = ?", [(f,) for f in folder_ids]
        )

    def forget_all(self, folder_id: int, old_uids: Sequence[int]) -> None:
        """Drop receipts whose copies are gone, all or nothing."""
        self._db.add_all(
            "DELETE FROM sync_receipts WHERE folder_id = ? AND old_uid = ?",
            [(folder_id, uid) for uid in old_uids],
        )

    def highest(self, account: str) -> dict[int, int]:
        """Return the highest UID at new that has a receipt, for each folder that has any."""
        rows = self._db.rows(
            "SELECT id, (SELECT max(new_uid) FROM sync_receipts WHERE folder_id = id) AS uid"
            " FROM sync_folders WHERE account = ? AND uid NOT NULL",
            (account,),
        )
        return {row[0]: row[1] for row in rows}

    def forget_from(self, folder_id: int, new_uid: int) -> None:
        """Drop receipts from a UID at new on, and the last look, which counted them: all or nothing."""
        with self._db.transaction() as db:
            db.execute(
                "DELETE FROM sync_receipts WHERE folder_id = ? AND new_uid >= ?",
                (folder_id, new_uid),
            )
            db.execute("DELETE FROM sync_looks WHERE folder_id = ?", (folder_id,))

    def set_all_flags(self, folder_id: int, flags: Mapping[int, tuple[str, ...]]) -> None:
        """Record the flags of many copies (by UID at old), all or nothing."""
        self._db.add_all(
            "UPDATE sync_receipts SET flags = ? WHERE folder_id = ? AND old_uid = ?",
            [(" ".join(f), folder_id, uid) for uid, f in flags.items()],
        )

    def looked(self, looks: Mapping[int, FolderLook]) -> None:
        """Record how folders were when a pass over them came to its end."""
        self._db.add_all(
            "INSERT OR REPLACE INTO sync_looks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(f, *_look_row(look)) for f, look in looks.items()],
        )

    def looks(self, account: str) -> dict[int, FolderLook]:
        """Return the last look at each folder of an account, by folder."""
        rows = self._db.rows(
            "SELECT sync_looks.* FROM sync_looks JOIN sync_folders ON id = folder_id"
            " WHERE account = ?",
            (account,),
        )
        return {r[0]: _look(r[1:]) for r in rows}

    def books(self) -> list[FolderBook]:
        """Return the last look at each folder of every account; one that was made anew counts once."""
        rows = self._db.rows(
            "SELECT account, old_name, new_name, sync_looks.* FROM sync_folders"
            " LEFT JOIN sync_looks ON id = folder_id"
            " WHERE id IN (SELECT max(id) FROM sync_folders GROUP BY account, old_name)"
            " ORDER BY account, old_name"
        )
        return [
            FolderBook(r[0], r[1], r[2], None if r[3] is None else _look(r[4:])) for r in rows
        ]

    def fail(self, failures: Iterable[SyncFailure]) -> None:
        """Enter what was not copied, by name."""
        self._db.add_all(
            "INSERT INTO sync_failures (account, folder, uid, subject, reason, at, kind, sender,"
            " size, date, remedy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (f.account, f.folder, f.uid, f.subject, f.reason, moment_text(f.at), f.kind,
                 f.sender, f.size, f.date, f.remedy)
                for f in failures
            ],
        )  # fmt: skip

    def failures(self, account: str | None = None) -> list[SyncFailure]:
        """Return what was not copied, of an account or of all, in the order it was met."""
        rows = self._db.rows(
            "SELECT account, folder, uid, subject, reason, at, kind, sender, size, date, remedy"
            " FROM sync_failures WHERE ?1 IS NULL OR account = ?1 ORDER BY account, id",
            (account,),
        )
        return [
            SyncFailure(r[0], r[1], r[2], r[3], r[4], moment_of(r[5]), *r[6:]) for r in rows
        ]

    def clear_failures(self, account: str, folders: Sequence[str] | None = None) -> None:
        """Forget an account's failures, or those of some folders: a new pass finds out again."""
        if folders is None:
            self._db.add("DELETE FROM sync_failures WHERE account = ?", (account,))
        else:
            self._db.add_all(
                "DELETE FROM sync_failures WHERE account = ? AND folder = ?",
                [(account, folder) for folder in folders],
            )

    def account_done(self, account: str, *, state: str, at: datetime) -> None:
        """Record that a pass over an account ended, and how: `done`, `incomplete`, `failed`..."""
        self._db.add(
            "INSERT INTO sync_ends (account, state, at) VALUES (?, ?, ?)",
            (account, state, moment_text(at)),
        )

    def accounts(self) -> set[str]:
        """Return the accounts that a sync has ever worked on; as quick for many messages as for few."""
        return {account for (account,) in self._db.rows(_ACCOUNTS)}

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
                skipped=r["skipped"],
            )
            for r in self._db.rows(_TOTALS)
        ]


def _look(row: Sequence[Any]) -> FolderLook:
    uidnext, messages, modseq, found, copied, already, skipped, failed, at = row
    return FolderLook(
        uidnext, messages, modseq, found, copied, already, skipped, failed, moment_of(at)
    )


def _look_row(look: FolderLook) -> tuple[object, ...]:
    return (
        look.uidnext, look.messages, look.modseq, look.found, look.copied, look.already,
        look.skipped, look.failed, moment_text(look.at),
    )  # fmt: skip
