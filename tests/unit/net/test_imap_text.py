"""Names, flags and dates as they are written in IMAP."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net.imap_text import (
    FolderNames,
    UnsendableError,
    quoted,
    read_date,
    read_flags,
    sendable,
    write_date,
    write_flags,
)


@pytest.mark.parametrize(
    ("flag", "may"),
    [
        ("\\Seen", True), ("\\seen", True), ("$Forwarded", True), ("NonJunk", True),
        ("\\Recent", False), ("\\*", False), ("\\Phishing", False), ("a b", False), ("", False),
        ("a)b", False), ("a\r\nA1 DELETE INBOX", False), ("kw]", False), ('"', False),
        ("gr\u00fcn", False), ("{3}", False), ("50%", False),
    ],
)  # fmt: skip
def test_only_atoms_are_sent(flag, may):
    """A flag that could change the meaning of a line is never sent."""
    assert sendable(flag) is may
    if may:
        assert write_flags([flag]) == f"({flag})".encode()
    else:
        with pytest.raises(UnsendableError):
            write_flags(["\\Seen", flag])


def test_flags_are_read_in_one_spelling():
    """System flags come in their usual spelling, sorted, and Recent never."""
    assert read_flags(["\\SEEN", "kw", "\\recent", "$Junk"]) == ("$Junk", "\\Seen", "kw")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("17-Jul-1996 02:44:25 -0730", "1996-07-17T02:44:25-07:30"),
        (" 1-Jan-2024 00:00:00 +0000", "2024-01-01T00:00:00+00:00"),
        ("1-JAN-2024 00:00:00 +1245", "2024-01-01T00:00:00+12:45"),
        ("31-Dec-1969 23:59:60 +0000", "1969-12-31T23:59:59+00:00"),
    ],
)
def test_reads_dates_with_their_zone(text, wanted):
    """An INTERNALDATE keeps its own zone."""
    assert read_date(text).isoformat() == wanted


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31-Feb-2024 00:00:00 +0000", "01-Foo-2024 00:00:00 +0000",
             "01-Jan-2024 00:00:00 +2500", "01-Jan-2024 00:00:00"],
)  # fmt: skip
def test_refuses_what_is_no_date(text):
    """What is no date is a ValueError, not some date."""
    with pytest.raises(ValueError, match=r"."):
        read_date(text)


zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


EARLY, LATE = (datetime.fromisoformat(t) for t in ("1000-01-01", "9998-12-31"))


@given(st.datetimes(EARLY, LATE, timezones=zones))
def test_dates_survive(when):
    """A date that is written and read again is the same instant in the same zone."""
    when = when.replace(microsecond=0)
    again = read_date(write_date(when).decode().strip('"'))
    assert (again, again.utcoffset()) == (when, when.utcoffset())


def test_a_date_without_zone_is_not_sent():
    """A naive time would be somebody's guess."""
    with pytest.raises(UnsendableError):
        write_date(datetime(2024, 1, 1))  # noqa: DTZ001


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_names_survive(name):
    """Every Unicode name is read back from the bytes that it is written as."""
    names = FolderNames()
    raw = names.write(name)
    assert raw.isascii()
    assert names.read(raw[1:-1].replace(b'\\"', b'"').replace(b"\\\\", b"\\")) == name


@pytest.mark.parametrize(
    "raw", [b"Entw&APw-rfe", b"a&b", b"a&", b"&-", b"caf\xe9", "Entwürfe".encode(), b"&AGE-", b"&2AA-", b"a&!!-"]
)  # fmt: skip
def test_odd_names_go_back_as_they_came(raw):
    """A folder is opened under the very bytes that the server listed, also when they are illegal."""
    names = FolderNames()
    assert names.write(names.read(raw)) == quoted(raw)


@pytest.mark.parametrize("text", ["a\r\nA1 LOGOUT", "a\0b", "a\nb"])
def test_no_line_breaks_in_strings(text):
    """A string can never end its line."""
    with pytest.raises(UnsendableError):
        quoted(text)
