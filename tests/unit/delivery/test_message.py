"""The test message can be found again and bothers nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

from migrate_mail.delivery.message import compose, new_token
from migrate_mail.net.own_mail import PROBE_HEADER, is_test_message

AT = datetime(2026, 3, 13, 21, 0, tzinfo=UTC)


def _made(**changes):
    given = {
        "token": "ab" * 16,
        "sender": "postmaster@probe.example",
        "recipient": "anna@example.org",
        "helo": "probe.example",
        "via": "mx1.new.example [192.0.2.1]:25",
        "at": AT,
    } | changes
    return compose(**given)


def test_it_carries_its_token_twice():
    """The token is in the Message-ID and in a header, as one of them may be rewritten."""
    made = _made()
    read = message_from_bytes(made.content, policy=policy.default)
    assert (
        read["Message-ID"]
        == made.message_id
        == f"<migrate-mail-probe.{'ab' * 16}@probe.example>"
    )
    assert read[PROBE_HEADER] == "ab" * 16


def test_it_asks_for_no_automatic_answer():
    """RFC 3834 section 5: an automatic message says so."""
    assert b"\r\nAuto-Submitted: auto-generated\r\n" in _made().content


def test_it_is_dated_and_addressed():
    """Date, From and To are there: servers refuse or mark messages without them."""
    read = message_from_bytes(_made().content, policy=policy.default)
    assert read["Date"].datetime == AT
    assert (read["From"], read["To"]) == ("postmaster@probe.example", "anna@example.org")


def test_every_line_ends_with_crlf_and_is_ascii():
    """It goes over the wire as it is."""
    content = _made().content
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert content.endswith(b"\r\n")


def test_tokens_differ():
    """Two messages are never taken for each other."""
    assert len({new_token() for _ in range(100)}) == 100


def test_our_own_message_ids_are_known():
    """Test mail is told from mail of people."""
    assert is_test_message(_made().message_id)
    assert not is_test_message("<migrate-mail-probe.@x>")
    assert not is_test_message("<20260313.1@example.org>")
    assert not is_test_message(None)
