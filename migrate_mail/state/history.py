"""Runs, the plans they ran, what each step gave, and the verdicts that were shown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from migrate_mail import __version__
from migrate_mail.finding import Outcome
from migrate_mail.state.codec import (
    data_text,
    findings_of,
    findings_text,
    maybe_moment_of,
    moment_of,
    moment_text,
)
from migrate_mail.state.lock import login_name
from migrate_mail.state.records import ResultRecord, RunRecord
from migrate_mail.state.table import Tables


class History(Tables):
    """The part of the store that knows what was run."""

    def begin_run(self, command: str, plan_digest: str, by: str | None = None) -> int:
        """Record that a command begins; return the number of the run. by: default the login name."""
        now = moment_text(self._db.clock())
        return self._db.add(
            "INSERT INTO runs (command, plan, started_at, version, by) VALUES (?, ?, ?, ?, ?)",
            (command, plan_digest, now, __version__, by or login_name()),
        )

    def end_run(self, run_id: int, outcome: str) -> None:
        """Record the word that a run ended with. A run ends once."""
        self._db.add(
            "INSERT INTO run_ends VALUES (?, ?, ?)",
            (run_id, moment_text(self._db.clock()), outcome),
        )

    def runs(self) -> list[RunRecord]:
        """Return every run, oldest first; one that was killed has no end."""
        rows = self._db.rows(
            "SELECT runs.*, ended_at, outcome FROM runs"
            " LEFT JOIN run_ends ON run_id = runs.id ORDER BY runs.id"
        )
        return [_run(row) for row in rows]

    def save_plan(self, digest: str, data: Mapping[str, Any]) -> None:
        """Keep a plan, and that it is the present one. Nothing happens when it is already."""
        now = moment_text(self._db.clock())
        with self._db.transaction() as db:
            db.execute("INSERT OR IGNORE INTO plans VALUES (?, ?)", (digest, data_text(data)))
            db.execute(
                "INSERT INTO plan_uses (at, digest) SELECT ?, ? WHERE ? IS NOT"
                " (SELECT digest FROM plan_uses ORDER BY id DESC LIMIT 1)",
                (now, digest, digest),
            )

    def latest_plan(self) -> dict[str, Any] | None:
        """Return the plan that was saved last; None before the first."""
        rows = self._db.rows(
            "SELECT data FROM plan_uses JOIN plans USING (digest)"
            " ORDER BY plan_uses.id DESC LIMIT 1"
        )
        return json.loads(rows[0]["data"]) if rows else None

    def add_result(self, run_id: int, result: ResultRecord) -> None:
        """Record what one step gave in a run."""
        self._db.add(
            "INSERT INTO results (run_id, step, digest, outcome, started_at, ended_at, findings)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                run_id,
                result.step,
                result.digest,
                result.outcome.value,
                moment_text(result.started_at),
                moment_text(result.ended_at),
                findings_text(result.findings),
            ),
        )

    def results(self, run_id: int | None = None) -> list[ResultRecord]:
        """Return what steps gave, in one run or ever, in the order it was recorded."""
        rows = self._db.rows(
            "SELECT * FROM results WHERE ?1 IS NULL OR run_id = ?1 ORDER BY id", (run_id,)
        )
        return [_result(row) for row in rows]

    def latest_results(self) -> dict[str, ResultRecord]:
        """Return the last result of every step, by its key."""
        rows = self._db.rows(
            "SELECT * FROM results WHERE id IN (SELECT max(id) FROM results GROUP BY step)"
            " ORDER BY id"
        )
        return {row["step"]: _result(row) for row in rows}

    def save_verdict(self, run_id: int, data: Mapping[str, Any]) -> None:
        """Keep a decision as it was shown at the end of a run."""
        row = (run_id, data_text(data))
        self._db.add("INSERT INTO verdicts (run_id, data) VALUES (?, ?)", row)

    def verdicts(self) -> list[tuple[int, dict[str, Any]]]:
        """Return the decisions shown so far with the number of their run, oldest first."""
        rows = self._db.rows("SELECT run_id, data FROM verdicts ORDER BY id")
        return [(row["run_id"], json.loads(row["data"])) for row in rows]


def _run(row: sqlite3.Row) -> RunRecord:
    return RunRecord(
        id=row["id"],
        command=row["command"],
        plan_digest=row["plan"],
        started_at=moment_of(row["started_at"]),
        ended_at=maybe_moment_of(row["ended_at"]),
        outcome=row["outcome"],
        version=row["version"],
        by=row["by"],
    )


def _result(row: sqlite3.Row) -> ResultRecord:
    return ResultRecord(
        step=row["step"],
        digest=row["digest"],
        outcome=Outcome(row["outcome"]),
        started_at=moment_of(row["started_at"]),
        ended_at=moment_of(row["ended_at"]),
        findings=findings_of(row["findings"]),
        run_id=row["run_id"],
        id=row["id"],
    )
