"""The small pure parts: flags, content, phase."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from migrate_mail.state.records import DnsChangeRecord
from migrate_mail.sync.content import ContentHash, content_hash, second, subject_of
from migrate_mail.sync.flags import keepable, system_only
from migrate_mail.sync.phase import SyncPhase, choose_course

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_keywords_are_kept_where_new_takes_them():
    r"""`\*` takes new ones; else only those that the folder lists."""
    flags = ("\\Seen", "$Work", "junk")
    assert keepable(flags, frozenset({"\\Seen", "\\*"})) == ("$Work", "\\Seen", "junk")
    assert keepable(flags, frozenset({"\\Seen", "$work"})) == ("$Work", "\\Seen")
    assert keepable(flags, frozenset()) == ("$Work", "\\Seen", "junk")


@pytest.mark.parametrize("flag", ["\\Recent", "\\Forwarded", "a b", ":x(", "é", "x{3+}", ""])
def test_flags_that_would_break_the_command_are_never_sent(flag):
    """Only the five system flags and legal atoms go into an APPEND line."""
    assert keepable((flag,), frozenset({"\\*"})) == ()


def test_second_try_has_system_flags_only():
    """A server that refuses a keyword may take the message without."""
    assert system_only(("$Work", "\\Seen")) == ("\\Seen",)


def test_line_ends_do_not_change_content():
    """A server that stores LF or sends CRLF has the same message; another text is another one."""
    assert content_hash(b"a\r\nb\r\n") == content_hash(b"a\nb\n") == content_hash(b"a\rb\r")
    assert content_hash(b"a\r\nb\r\n") != content_hash(b"a\r\n\r\nb\r\n")


HEAD = b"From: a@x\r\nSubject: Gr\xc3\xbc\xc3\x9fe\r\n to you\r\nDate: Tue, 5 Mar 2024 10:00:00 +0000\r\n"


def _gist(body: bytes, piece: int = 7) -> str:
    whole = ContentHash()
    for start in range(0, len(body), piece):
        whole.update(body[start : start + piece])
    whole.hexdigest()
    return whole.gist()


@pytest.mark.parametrize(
    "other",
    [
        b"Received: by new\r\n" + HEAD + b"\r\nbody\r\n",
        HEAD.replace(b"\r\n to", b" to") + b"Message-ID: <new@x>\r\n\r\nbody\r\n",
        HEAD.replace(b"\xc3", b"X").replace(b"\xbc", b"X").replace(b"\x9f", b"X")
        + b"\r\nbody\r\n",
        HEAD.replace(b"\r\n", b"\n") + b"\nbody\n\n\n",
        HEAD.replace(b"From: a@x\r\n", b"") + b"FROM:a@x\r\n\r\nbody",
    ],
)
def test_what_a_server_rewrites_has_the_same_gist(other):
    """Fields added, folded, reordered, their bytes beyond ASCII replaced, line ends at the end: the same to read."""
    assert _gist(other) == _gist(HEAD + b"\r\nbody\r\n")


@pytest.mark.parametrize(
    "other",
    [
        HEAD + b"\r\nBody\r\n",
        HEAD + b"\r\nbody\r\n\r\nmore\r\n",
        HEAD.replace(b"a@x", b"b@x") + b"\r\nbody\r\n",
        HEAD.replace(b"10:00:00", b"10:00:01") + b"\r\nbody\r\n",
        HEAD + b"To: c@x\r\n\r\nbody\r\n",
        HEAD + b"\r\n\r\nbody\r\n",
    ],
)
def test_another_message_has_another_gist(other):
    """Who, when, what about, or a word of the body: then it is not the same."""
    assert _gist(other) != _gist(HEAD + b"\r\nbody\r\n")


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
def test_the_gist_does_not_depend_on_the_pieces(piece):
    """However a message is cut on its way."""
    assert _gist(HEAD + b"\r\nbody\r\n\r\n.\r\n", piece) == _gist(
        HEAD + b"\r\nbody\r\n\r\n.\r\n"
    )


def test_dates_are_compared_in_utc_to_the_second():
    """The zone is notation."""
    zone = timezone(timedelta(hours=-3))
    assert second(AT.astimezone(zone).replace(microsecond=5)) == AT


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (b"From: a\r\nSubject: hello\r\n there\r\n\r\nx", "hello there"),
        (b"Subject: =?utf-8?q?gr=C3=BCn?=\n\nx", "grün"),
        (b"Subject: =?nope?b?!?=\n\nx", "=?nope?b?!?="),
        (b"From: a\n\nSubject: not this\n", ""),
        (b"Subject: \xff\xfe\n\n", "\ufffd\ufffd"),
    ],
)
def test_subject_is_readable(message, subject):
    """A list of failures names messages as people know them; rubbish does no harm."""
    assert subject_of(message) == subject


def change(number, kind, *events, domain="example.org"):
    """Return one recorded DNS change."""
    story = tuple((event, "", AT) for event in events)
    return DnsChangeRecord(number, kind, domain, "manual", {}, {}, story)


@pytest.mark.parametrize(
    ("changes", "switched"),
    [
        ([], False),
        ([change(1, "switch", "planned")], False),
        ([change(1, "switch", "planned", "started", "failed")], False),
        ([change(1, "switch", "planned", "started")], True),
        ([change(1, "switch", "started", "applied", "failed")], True),
        ([change(1, "switch", "started", "applied", "read-back")], True),
        ([change(1, "switch", "read-back"), change(2, "rollback", "applied")], True),
        ([change(1, "switch", "read-back"), change(2, "rollback", "read-back")], False),
        (
            [
                change(1, "switch", "read-back"),
                change(2, "rollback", "read-back"),
                change(3, "switch", "read-back"),
            ],
            True,
        ),
    ],
)
def test_domain_counts_as_switched_from_the_first_doubt_on(changes, switched):
    """From a started switch until a rollback that was read back, new only gains messages."""
    found = choose_course(["example.org"], changes, None).of("example.org")
    assert (found is SyncPhase.DRAIN) is switched
