"""Durations and moments as admins write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from migrate_mail.files.scalars import (
    Age,
    Day,
    Duration,
    Moment,
    Offset,
    Size,
    format_age,
    format_duration,
    format_size,
    parse_age,
    parse_duration,
    parse_offset,
    parse_size,
)


@given(st.integers(min_value=0, max_value=10**8))
def test_a_duration_is_written_as_it_is_read(seconds):
    """Formatting and parsing are each other's inverse."""
    span = timedelta(seconds=seconds)

    assert parse_duration(format_duration(span)) == span


def test_offsets_have_a_sign():
    """T-14d lies before the cutover, T+1h after it, T is the cutover."""
    spans = [parse_offset(text) for text in ("T-14d", "T", "T+1h")]

    assert spans == [timedelta(days=-14), timedelta(0), timedelta(hours=1)]


@pytest.mark.parametrize(
    "value", [5.5, None, True, [], "5", "5 min", "-5m", "\u0665m", "999999999w"]
)
def test_what_is_no_duration_is_refused(value):
    """A number without unit could be anything, and more than ten years is a slip."""
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(value)
    with pytest.raises(ValidationError):
        TypeAdapter(Offset).validate_python(value)


@pytest.mark.parametrize(
    "value", [1773435601, "1773435600", "2026-03-13", "2026-03-13T22:00:00", "22:00", [], 1.5]
)
def test_what_is_no_moment_is_refused(value):
    """Seconds since 1970, a bare date, a time without offset are no moments."""
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)


@pytest.mark.parametrize("text", ["2026-03-13T22:00:00+01:00", "2026-03-13 21:00Z"])
def test_a_moment_has_its_offset(text):
    """A moment with its offset is the same moment wherever it is read."""
    assert TypeAdapter(Moment).validate_python(text).timestamp() == 1773435600


@given(st.integers(min_value=1, max_value=36600), st.integers(min_value=1, max_value=10**9 - 1))
def test_ages_and_sizes_are_written_as_they_are_read(days, octets):
    """Formatting and parsing are each other's inverse."""
    assert parse_age(format_age(timedelta(days=days))) == timedelta(days=days)
    assert parse_size(format_size(octets)) == octets


def test_a_size_has_the_unit_that_people_write():
    """kB, MB and GB are powers of ten, KiB, MiB and GiB powers of two, in any case of letters."""
    sizes = [parse_size(t) for t in ("500 kB", "50MB", "1.5gb", "20MiB", "7B")]

    assert sizes == [500_000, 50_000_000, 1_500_000_000, 20 * 2**20, 7]


def test_a_year_is_never_cut_short():
    """Three years back reach at least as far as the calendar does, leap years or not."""
    assert parse_age("3y") >= timedelta(days=3 * 365 + 1)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("age", v) for v in ("0d", "3m", "3", 3, None, "-1y", "101y", "1.5y")),
        *(("size", v) for v in ("0MB", "50", 50, None, "50 M", "-1MB", "1,5MB", "2000GB")),
        *(
            ("day", v)
            for v in (20200101, 0, None, "2020-02-30", "2020-1-1", "2020-01-01T00:00")
        ),
    ],
    ids=repr,
)
def test_what_is_no_age_size_or_day_is_refused(kind, value):
    """A number without unit could be anything, zero skips everything, `m` could be minutes."""
    with pytest.raises(ValidationError):
        TypeAdapter({"age": Age, "size": Size, "day": Day}[kind]).validate_python(value)
