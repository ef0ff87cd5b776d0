"""What people said: confirmations, waivers, overrides."""

from __future__ import annotations

from migrate_mail.state.codec import moment_of, moment_text
from migrate_mail.state.records import Confirmation, Override, Waiver
from migrate_mail.state.table import Tables


class People(Tables):
    """The part of the store that remembers people's word."""

    def confirm(self, c: Confirmation) -> None:
        """Record that a person says a step is done."""
        self._db.add(
            "INSERT INTO confirmations (step, digest, by, note, at) VALUES (?, ?, ?, ?, ?)",
            (c.step, c.digest, c.by, c.note, moment_text(c.at)),
        )

    def confirmations(self) -> list[Confirmation]:
        """Return every confirmation, oldest first."""
        return [
            Confirmation(r["step"], r["digest"], r["by"], r["note"], moment_of(r["at"]))
            for r in self._db.rows("SELECT * FROM confirmations ORDER BY id")
        ]

    def waive(self, w: Waiver) -> None:
        """Record that a person takes responsibility for a step until a moment."""
        self._db.add(
            "INSERT INTO waivers (step, by, reason, until, at) VALUES (?, ?, ?, ?, ?)",
            (w.step, w.by, w.reason, moment_text(w.until), moment_text(w.at)),
        )

    def waivers(self) -> list[Waiver]:
        """Return every waiver, also those that ended, oldest first."""
        return [
            Waiver(r["step"], r["by"], r["reason"], moment_of(r["until"]), moment_of(r["at"]))
            for r in self._db.rows("SELECT * FROM waivers ORDER BY id")
        ]

    def override(self, o: Override) -> None:
        """Record that a command is run against its gate."""
        self._db.add(
            "INSERT INTO overrides (command, verdict, reason, by, at) VALUES (?, ?, ?, ?, ?)",
            (o.command, o.verdict, o.reason, o.by, moment_text(o.at)),
        )

    def overrides(self) -> list[Override]:
        """Return every override, oldest first."""
        return [
            Override(r["command"], r["verdict"], r["reason"], r["by"], moment_of(r["at"]))
            for r in self._db.rows("SELECT * FROM overrides ORDER BY id")
        ]
