"""The tables of the state file, as a list of small migrations that only ever grows.

What happened is history: such a table refuses UPDATE and DELETE. A run that ends gets a row in
`run_ends`, a DNS change an event, a test message another look. Only the sync journal changes,
because it mirrors what is at new, and replies to RCPT, which are kept until their look is over. Times are ISO 8601 text in UTC, structures are JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from migrate_mail import __version__
from migrate_mail.state import chain

APPLICATION_ID = 0x6D4D6C31
"""`mMl1`, at byte 68 of the file: `file` and we tell it from other SQLite databases."""

Migration = Callable[[sqlite3.Connection], None]


def m001_runs(db: sqlite3.Connection) -> None:
    """Make runs, the plans they ran, what each step gave, the verdicts that were shown."""
    db.execute(
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, command TEXT NOT NULL, plan TEXT NOT NULL,"
        " started_at TEXT NOT NULL, version TEXT NOT NULL, by TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE run_ends (run_id INTEGER PRIMARY KEY REFERENCES runs,"
        " ended_at TEXT NOT NULL, outcome TEXT NOT NULL)"
    )
    db.execute("CREATE TABLE plans (digest TEXT PRIMARY KEY, data TEXT NOT NULL)")
    db.execute(
        "CREATE TABLE plan_uses (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
        " digest TEXT NOT NULL REFERENCES plans)"
    )
    db.execute(
        "CREATE TABLE results (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs,"
        " step TEXT NOT NULL, digest TEXT NOT NULL, outcome TEXT NOT NULL,"
        " started_at TEXT NOT NULL, ended_at TEXT NOT NULL, findings TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX results_by_step ON results (step, id)")
    db.execute("CREATE INDEX results_by_run ON results (run_id, id)")
    db.execute(
        "CREATE TABLE verdicts (id INTEGER PRIMARY KEY,"
        " run_id INTEGER NOT NULL REFERENCES runs, data TEXT NOT NULL)"
    )
    _only_append(db, "runs", "run_ends", "plans", "plan_uses", "results", "verdicts")


def m002_people(db: sqlite3.Connection) -> None:
    """Make what people said: done, waived, overridden."""
    db.execute(
        "CREATE TABLE confirmations (id INTEGER PRIMARY KEY, step TEXT NOT NULL,"
        " digest TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE waivers (id INTEGER PRIMARY KEY, step TEXT NOT NULL, by TEXT NOT NULL,"
        " reason TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE overrides (id INTEGER PRIMARY KEY, command TEXT NOT NULL,"
        " verdict TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL)"
    )
    _only_append(db, "confirmations", "waivers", "overrides")


def m003_dns(db: sqlite3.Connection) -> None:
    """Make the TTL journal, DNS changes and their events."""
    db.execute(
        "CREATE TABLE ttls (id INTEGER PRIMARY KEY, name TEXT NOT NULL, rtype TEXT NOT NULL,"
        " ttl INTEGER, value TEXT NOT NULL, server TEXT NOT NULL, at TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX ttls_by_name ON ttls (name, rtype, id)")
    db.execute(
        "CREATE TABLE dns_changes (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
        " domain TEXT NOT NULL, driver TEXT NOT NULL, change TEXT NOT NULL,"
        " inverse TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE dns_events (id INTEGER PRIMARY KEY,"
        " change_id INTEGER NOT NULL REFERENCES dns_changes, event TEXT NOT NULL,"
        " detail TEXT NOT NULL, at TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX dns_events_by_change ON dns_events (change_id, id)")
    _only_append(db, "ttls", "dns_changes", "dns_events")


def m004_deliveries(db: sqlite3.Connection) -> None:
    """Make test messages; each later look at one is a row of its own."""
    db.execute(
        "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, token TEXT NOT NULL,"
        " recipient TEXT NOT NULL, via TEXT NOT NULL, sent_at TEXT NOT NULL,"
        " reply TEXT NOT NULL, found_on TEXT, seconds REAL)"
    )
    db.execute("CREATE INDEX deliveries_by_token ON deliveries (token, id)")
    _only_append(db, "deliveries")


def m005_sync(db: sqlite3.Connection) -> None:
    """Make the sync journal: folders, intents and receipts, what could not be copied.

    No UID at new can be the copy of two messages at old: the unique index says so.
    """
    db.execute(
        "CREATE TABLE sync_folders (id INTEGER PRIMARY KEY, account TEXT NOT NULL,"
        " old_name TEXT NOT NULL, new_name TEXT NOT NULL, old_uidvalidity INTEGER NOT NULL,"
        " new_uidvalidity INTEGER NOT NULL,"
        " UNIQUE (account, old_name, new_name, old_uidvalidity, new_uidvalidity))"
    )
    db.execute(
        "CREATE TABLE sync_messages (folder_id INTEGER NOT NULL REFERENCES sync_folders,"
        " old_uid INTEGER NOT NULL, new_uid INTEGER, uidnext INTEGER NOT NULL,"
        " size INTEGER NOT NULL, flags TEXT NOT NULL, internaldate TEXT NOT NULL,"
        " content BLOB NOT NULL, PRIMARY KEY (folder_id, old_uid)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE UNIQUE INDEX sync_copies ON sync_messages (folder_id, new_uid)"
        " WHERE new_uid IS NOT NULL"
    )
    db.execute(
        "CREATE TABLE sync_failures (id INTEGER PRIMARY KEY, account TEXT NOT NULL,"
        " folder TEXT NOT NULL, uid INTEGER, subject TEXT NOT NULL, reason TEXT NOT NULL,"
        " at TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX sync_failures_by_account ON sync_failures (account, id)")
    db.execute(
        "CREATE TABLE sync_ends (id INTEGER PRIMARY KEY, account TEXT NOT NULL,"
        " state TEXT NOT NULL, at TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX sync_ends_by_account ON sync_ends (account, id)")
    _only_append(db, "sync_ends")


def m006_windows(db: sqlite3.Connection) -> None:
    """Replace an intent for each message by a window for each folder; keep receipts.

    A copy that an earlier version entered counts as not ours, which is the careful reading:
    what is not ours is never removed.
    """
    db.execute(
        "CREATE TABLE sync_receipts (folder_id INTEGER NOT NULL REFERENCES sync_folders,"
        " old_uid INTEGER NOT NULL, new_uid INTEGER NOT NULL, size INTEGER NOT NULL,"
        " flags TEXT NOT NULL, ours INTEGER NOT NULL, PRIMARY KEY (folder_id, old_uid))"
        " WITHOUT ROWID"
    )
    db.execute(
        "INSERT INTO sync_receipts SELECT folder_id, old_uid, new_uid, size, flags, 0"
        " FROM sync_messages WHERE new_uid IS NOT NULL"
    )
    db.execute("CREATE UNIQUE INDEX sync_receipts_at_new ON sync_receipts (folder_id, new_uid)")
    db.execute(
        "CREATE TABLE sync_windows (folder_id INTEGER PRIMARY KEY REFERENCES sync_folders,"
        " uidnext INTEGER NOT NULL)"
    )
    db.execute(
        "INSERT INTO sync_windows SELECT folder_id, min(uidnext) FROM sync_messages"
        " WHERE new_uid IS NULL GROUP BY folder_id"
    )
    db.execute("DROP TABLE sync_messages")
    db.execute(
        "CREATE TABLE sync_looks (folder_id INTEGER PRIMARY KEY REFERENCES sync_folders,"
        " uidnext INTEGER NOT NULL, messages INTEGER NOT NULL, modseq INTEGER NOT NULL,"
        " found INTEGER NOT NULL, copied INTEGER NOT NULL, already INTEGER NOT NULL,"
        " skipped INTEGER NOT NULL, failed INTEGER NOT NULL, at TEXT NOT NULL)"
    )


def m007_uncopied(db: sqlite3.Connection) -> None:
    """Tell more of each message that was not copied: failed or skipped, from, size, date, remedy."""
    for column in ("kind TEXT NOT NULL DEFAULT 'failed'", "sender TEXT NOT NULL DEFAULT ''",
                   "size INTEGER NOT NULL DEFAULT 0", "date TEXT", "remedy TEXT NOT NULL DEFAULT ''"):  # fmt: skip
        db.execute(f"ALTER TABLE sync_failures ADD COLUMN {column}")


def m008_usage(db: sqlite3.Connection) -> None:
    """Make what each account moved on a day (of UTC), for the budgets of providers."""
    db.execute(
        "CREATE TABLE sync_usage (account TEXT NOT NULL, side TEXT NOT NULL, day TEXT NOT NULL,"
        " octets INTEGER NOT NULL, commands INTEGER NOT NULL,"
        " PRIMARY KEY (account, side, day)) WITHOUT ROWID"
    )


def m009_gmail(db: sqlite3.Connection) -> None:
    """Make which message of Gmail was copied for which folder, so that other labels need no copy."""
    db.execute(
        "CREATE TABLE sync_gmail (folder_id INTEGER NOT NULL REFERENCES sync_folders,"
        " old_uid INTEGER NOT NULL, number INTEGER NOT NULL,"
        " PRIMARY KEY (folder_id, old_uid)) WITHOUT ROWID"
    )


def m010_merged(db: sqlite3.Connection) -> None:
    """Make which messages new (Gmail) holds as one with another that was copied into the folder."""
    db.execute(
        "CREATE TABLE sync_merged (folder_id INTEGER NOT NULL REFERENCES sync_folders,"
        " old_uid INTEGER NOT NULL, new_uid INTEGER NOT NULL,"
        " PRIMARY KEY (folder_id, old_uid)) WITHOUT ROWID"
    )


def m011_chain(db: sqlite3.Connection) -> None:
    """Link the rows of history to one another by hashes."""
    chain.make(db)
    _only_append(db, "chain")


def m012_recipients(db: sqlite3.Connection) -> None:
    """Make the last reply of each server to RCPT for each address, until a look comes to its end.

    This is no history: what a look found is in its result, and that is linked.
    """
    db.execute(
        "CREATE TABLE recipients (server TEXT NOT NULL, address TEXT NOT NULL,"
        " code INTEGER NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,"
        " PRIMARY KEY (server, address)) WITHOUT ROWID"
    )


def m013_snapshots(db: sqlite3.Connection) -> None:
    """Make what was served of each domain, as a whole, for the way back."""
    db.execute(
        "CREATE TABLE snapshots (id INTEGER PRIMARY KEY, domain TEXT NOT NULL, zone TEXT NOT NULL,"
        " whole INTEGER NOT NULL, rrsets TEXT NOT NULL, at TEXT NOT NULL)"
    )
    _only_append(db, "snapshots")
    chain.follow(db, "snapshots")


def m014_abilities(db: sqlite3.Connection) -> None:
    """Make what each side's server could do after the last login, to ask more with the next one."""
    db.execute(
        "CREATE TABLE sync_abilities (account TEXT NOT NULL, side TEXT NOT NULL,"
        " able TEXT NOT NULL, PRIMARY KEY (account, side)) WITHOUT ROWID"
    )


MIGRATIONS: Sequence[Migration] = (
    m001_runs,
    m002_people,
    m003_dns,
    m004_deliveries,
    m005_sync,
    m006_windows,
    m007_uncopied,
    m008_usage,
    m009_gmail,
    m010_merged,
    m011_chain,
    m012_recipients,
    m013_snapshots,
    m014_abilities,
)
"""Append only: a migration that was released is never edited, moved or removed."""


def version_of(db: sqlite3.Connection) -> int:
    """Return how many migrations a state file has seen."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(
    db: sqlite3.Connection, now: datetime, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Bring a state file up to date, all or nothing. The connection must be in autocommit mode."""
    if version_of(db) >= len(migrations):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        _migrate(db, now, migrations)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _migrate(db: sqlite3.Connection, now: datetime, migrations: Sequence[Migration]) -> None:
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (name TEXT PRIMARY KEY, at TEXT NOT NULL, version TEXT NOT NULL)"
    )
    for migration in migrations[version_of(db) :]:
        migration(db)
        row = (migration.__name__, now.isoformat(), __version__)
        db.execute("INSERT INTO migrations VALUES (?, ?, ?)", row)
    db.execute(f"PRAGMA user_version = {len(migrations)}")


def _only_append(db: sqlite3.Connection, *tables: str) -> None:
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is history: it only grows'); END"
            )
