"""Compression is chosen by measuring: on slow lines only, and only once."""

from __future__ import annotations

from migrate_mail.sync.line_speed import LineSpeed, pays

MEGABYTE = 1_000_000


def test_a_slow_line_pays():
    """20 Mbit/s are 2.5 MB/s: compressed mail goes faster."""
    assert pays(5 * MEGABYTE, 2.0)


def test_a_fast_line_does_not():
    """A gigabit takes more than a compressor gives."""
    assert not pays(100 * MEGABYTE, 1.0)


def test_too_little_says_nothing():
    """The first few messages wait for round trips; that is not the line."""
    assert not pays(100_000, 10.0)


def test_it_is_told_once():
    """The line turns out to be slow in the second stretch, and that is said one time."""
    now = [0.0]
    speed = LineSpeed(lambda: now[0])
    told = []
    for step in (0.01, 1.0, 1.0, 1.0):
        now[0] += step
        told.append(speed.moved(4 * MEGABYTE))

    assert told == [False, True, False, False]
