"""What the parts of the store have in common: the database they write to."""

from __future__ import annotations

from migrate_mail.state.database import Database


class Tables:
    """Some tables of the state file, by subject."""

    def __init__(self, db: Database) -> None:
        self._db = db
