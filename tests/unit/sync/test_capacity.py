"""What will not fit is told before the first message is sent."""

from __future__ import annotations

import pytest

from migrate_mail.net.imap_parse import room
from migrate_mail.sync.capacity import NO_LIMIT, append_limit, too_large, too_much


def test_the_smallest_room_counts():
    """Several quota roots: the tightest decides; messages are another resource than storage."""
    data = [b'"a" (STORAGE 10 512 MESSAGE 3 100)', b'"b" (STORAGE 500 512)']
    assert room(data) == 12 * 1024
    assert room([b'"over" (STORAGE 600 512)']) == 0
    assert room([b'"none" ()']) is None
    assert room([]) is None


def test_mail_that_exceeds_the_quota_is_told():
    """What is wanted, what is left and what to do; nothing where it fits or nobody knows."""
    assert "raise the quota" in too_much(2_000_000, 1_000_000)
    assert too_much(10, 10) == too_much(10, None) == ""


@pytest.mark.parametrize(
    ("able", "limit"),
    [
        ({"APPENDLIMIT=35651584"}, 35651584),
        ({"APPENDLIMIT"}, NO_LIMIT),
        ({"APPENDLIMIT=x"}, NO_LIMIT),
        (set(), NO_LIMIT),
    ],
)
def test_the_largest_message_that_new_takes(able, limit):
    """As far as the server says it (RFC 7889)."""
    assert append_limit(able) == limit


def test_messages_that_are_too_large_are_named():
    """By folder and UID; many are cut short."""
    assert "INBOX: UID 7 is larger" in too_large("INBOX", [7], 1000)
    assert "9, 10, ... are larger" in too_large("INBOX", list(range(1, 30)), 1000)
    assert too_large("INBOX", [], 1000) == ""
