"""The calendar is one that calendars read (RFC 5545)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from migrate_mail.report.calendar import calendar
from migrate_mail.run.clock import DomainClock
from migrate_mail.timeline.schedule import Schedule, Term, after

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
WHY = "seen with TTL 86400 s until Mon, on ns2; über\\Nacht " + "ü" * 80


def _clock(domain="example.org") -> DomainClock:
    term = Term(domain, "MX", "known", WHY, NOW + timedelta(days=1))
    return DomainClock(domain, Schedule(NOW, (term,)), after(NOW + timedelta(days=1), 300, 300))


def test_lines_are_as_the_standard_wants_them():
    """CRLF at each end, at most 75 octets, folded between characters, each property of the grammar."""
    text = calendar([_clock(), _clock("example.net")], NOW)

    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.fullmatch(r"[A-Z]+:.+|DESCRIPTION:", line) for line in unfolded)
    assert unfolded[0] == "BEGIN:VCALENDAR"
    assert unfolded[-1] == "END:VCALENDAR"
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 6
    assert all(
        re.fullmatch(r"DT(START|STAMP):\d{8}T\d{6}Z", x) for x in unfolded if x.startswith("DT")
    )


def test_events_keep_their_names():
    """The same moment has the same UID next time, so that a calendar moves it and does not double it."""
    uids = re.findall(r"UID:(\S+)", calendar([_clock()], NOW))

    assert uids == re.findall(r"UID:(\S+)", calendar([_clock()], NOW + timedelta(days=3)))
    assert len(set(uids)) == 3


def test_text_is_escaped():
    """Commas, semicolons and backslashes are text."""
    text = calendar([_clock()], NOW).replace("\r\n ", "")

    assert "until Mon\\, on ns2\\; über\\\\Nacht" in text


def test_nothing_known_is_an_empty_calendar():
    """A moment that nobody knows is not in it."""
    clock = DomainClock("example.org", Schedule(NOW, ()), None)

    assert "VEVENT" not in calendar([clock], NOW)
