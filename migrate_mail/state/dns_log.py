"""The TTL journal, and DNS changes with their stories."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from migrate_mail.state.codec import data_text, moment_of, moment_text
from migrate_mail.state.records import (
    ChangeEvent,
    DnsChangeRecord,
    SnapshotRecord,
    TtlObservation,
)
from migrate_mail.state.table import Tables

_Event = tuple[ChangeEvent, str, datetime]


class DnsLog(Tables):
    """The part of the store that knows what DNS served and what was changed there."""

    def observe_ttls(self, observations: list[TtlObservation]) -> None:
        """Append what authorities served, in one transaction."""
        self._db.add_all(
            "INSERT INTO ttls (name, rtype, ttl, value, server, at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (o.name, o.rtype, o.ttl, o.value, o.server, moment_text(o.at))
                for o in observations
            ],
        )

    def ttl_journal(
        self, name: str | None = None, rtype: str | None = None
    ) -> list[TtlObservation]:
        """Return what was observed of a name and a type (None: of all), oldest first."""
        rows = self._db.rows(
            "SELECT * FROM ttls WHERE (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR rtype = ?2)"
            " ORDER BY id",
            (name, rtype),
        )
        return [
            TtlObservation(
                r["name"], r["rtype"], r["ttl"], r["value"], r["server"], moment_of(r["at"])
            )
            for r in rows
        ]

    def add_snapshot(self, snapshot: SnapshotRecord) -> None:
        """Append what was served of a domain."""
        s = snapshot
        self._db.add(
            "INSERT INTO snapshots (domain, zone, whole, rrsets, at) VALUES (?, ?, ?, ?, ?)",
            (s.domain, s.zone, s.whole, data_text(s.rrsets), moment_text(s.at)),
        )

    def snapshots(self, domain: str) -> list[SnapshotRecord]:
        """Return what was served of a domain, oldest first."""
        return [
            SnapshotRecord(
                r["domain"],
                r["zone"],
                bool(r["whole"]),
                tuple(json.loads(r["rrsets"])),
                moment_of(r["at"]),
            )
            for r in self._db.rows(
                "SELECT * FROM snapshots WHERE domain = ? ORDER BY id", (domain,)
            )
        ]

    def plan_dns_change(
        self,
        *,
        kind: Literal["switch", "rollback"],
        domain: str,
        driver: str,
        change: Mapping[str, Any],
        inverse: Mapping[str, Any],
    ) -> int:
        """Record a change and its inverse before anything is done; return its number."""
        now = moment_text(self._db.clock())
        with self._db.transaction() as db:
            number = db.execute(
                "INSERT INTO dns_changes (kind, domain, driver, change, inverse)"
                " VALUES (?, ?, ?, ?, ?)",
                (kind, domain, driver, data_text(change), data_text(inverse)),
            ).lastrowid
            db.execute(
                "INSERT INTO dns_events (change_id, event, detail, at) VALUES (?, 'planned', '', ?)",
                (number, now),
            )
        return number or 0

    def dns_event(self, change_id: int, event: ChangeEvent, detail: str) -> None:
        """Append an event to the story of a change."""
        self._db.add(
            "INSERT INTO dns_events (change_id, event, detail, at) VALUES (?, ?, ?, ?)",
            (change_id, event, detail, moment_text(self._db.clock())),
        )

    def dns_changes(self) -> list[DnsChangeRecord]:
        """Return every change with its story, oldest first."""
        events: dict[int, list[_Event]] = defaultdict(list)
        for e in self._db.rows("SELECT * FROM dns_events ORDER BY id"):
            events[e["change_id"]].append((e["event"], e["detail"], moment_of(e["at"])))
        return [
            DnsChangeRecord(
                id=row["id"],
                kind=row["kind"],
                domain=row["domain"],
                driver=row["driver"],
                change=json.loads(row["change"]),
                inverse=json.loads(row["inverse"]),
                events=tuple(events[row["id"]]),
            )
            for row in self._db.rows("SELECT * FROM dns_changes ORDER BY id")
        ]
