"""The migration's time zone: its name, else the offset of the cutover, else UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from migrate_mail.report.build import build
from migrate_mail.report.words import moment
from migrate_mail.report.zone import zone_of
from migrate_mail.run.card import PlanCard
from migrate_mail.state.store import Store
from support.cards import NOW
from support.store import writer
from support.told import tell, the_plan

PLUS_ONE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cutover_at": None}, "2026-07-01 12:00 UTC"),
        ({"cutover_at": NOW}, "2026-07-01 12:00 UTC"),
        ({"cutover_at": NOW.astimezone(PLUS_ONE)}, "2026-07-01 13:00 +01:00 / 12:00 UTC"),
        ({"time_zone": "Europe/Berlin"}, "2026-07-01 14:00 +02:00 / 12:00 UTC"),
        ({"time_zone": "America/New_York"}, "2026-07-01 08:00 -04:00 / 12:00 UTC"),
    ],
)
def test_the_zone_of_a_plan(changes, told):
    """A named zone knows summer time; an offset does not."""
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    card = PlanCard.from_data(replace(the_plan(), **changes).to_data())
    assert moment(noon.astimezone(zone_of(card))) == told


def test_a_whole_report_is_told_in_it(tmp_path):
    """Every moment, also in nested lines."""
    path = tmp_path / "migration.state"
    tell(path)
    card = the_plan(time_zone="Asia/Tokyo", digest="another")
    with writer(path) as store:
        store.save_plan(card.digest, card.to_data())
    with Store.read(path) as store:
        report = build(store, now=NOW)
    assert moment(report.at) == "2026-03-14 05:00 +09:00 / 2026-03-13 20:00 UTC"
    events = [e.at.utcoffset() for c in report.dns_changes for e in c.events]
    assert events
    assert {report.rollback.back_by.with_retry_by.utcoffset(), *events} == {timedelta(hours=9)}
    confirmed = [s.confirmed for g in report.stages for s in g.steps if s.confirmed]
    assert all("+09:00" in c for c in confirmed)
