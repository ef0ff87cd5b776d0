"""Senders try MX hosts in one order, and so do we."""

from __future__ import annotations

import pytest

from migrate_mail.delivery.route import MxRecord, mx_record, sending_order


def test_lowest_preference_comes_first():
    """10 is tried before 20, and 9 before 10: numbers, not text."""
    order = sending_order(["20 b.example.", "9 c.example.", "10 a.example."])
    assert [mx.host for mx in order] == ["c.example", "a.example", "b.example"]


def test_equal_preference_is_told_twice_the_same():
    """Hosts of one preference come by name."""
    assert sending_order(["10 b.example.", "10 a.example."]) == [
        MxRecord(10, "a.example"),
        MxRecord(10, "b.example"),
    ]


def test_null_mx_is_no_host():
    """RFC 7505: the domain takes no mail."""
    assert sending_order(["0 ."]) == []


def test_what_is_no_mx_record_is_refused():
    """Garbage does not become a host."""
    with pytest.raises(ValueError, match="no MX record"):
        mx_record("10")


def test_it_prints_as_in_a_zone():
    """The text can be pasted."""
    assert str(mx_record("10 MX1.New.Example.")) == "10 mx1.new.example."
