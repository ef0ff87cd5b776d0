"""Durations and moments as admins write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from migrate_mail.files.scalars import (
    Duration,
    Moment,
    Offset,
    format_duration,
    parse_duration,
    parse_offset,
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
