"""Who got a message: what servers wrote at delivery, and what senders write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.inventory.received import receivers


def test_what_servers_wrote_is_told_from_what_senders_write():
    """Several fields, upper case, names with commas, groups, folded lines."""
    found = receivers(
        b"Delivered-To: Jobs@Example.org\r\n"
        b"X-Original-To: <hr@example.org>\r\n"
        b'To: "Bauer, Anna" <anna@example.org>,\r\n =?utf-8?q?J=C3=B6rg?= <joerg@example.org>\r\n'
        b"Cc: team: ben@example.org, jobs@example.org;\r\n\r\n"
    )
    assert found.delivered == {"jobs@example.org", "hr@example.org"}
    assert found.named == {"anna@example.org", "joerg@example.org", "ben@example.org"}


@pytest.mark.parametrize(
    "header",
    [b"", b"To:\r\n\r\n", b"To: undisclosed-recipients:;\r\n\r\n", b"To: \xff\xfe <\xe9@\xe9>\r\n\r\n",
     b"Delivered-To: anna\r\n\r\n", b"To: <a b@example.org>\r\n\r\n", b"To: a@localhost\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_address_is_passed_over(header):
    """Servers and senders write anything."""
    found = receivers(header)
    assert not found.delivered
    assert not found.named


@given(st.binary(max_size=300))
def test_garbage_is_no_error(noise):
    """Whatever the bytes, something is returned, and only addresses."""
    found = receivers(b"To: " + noise + b"\r\nDelivered-To: " + noise + b"\r\n\r\n")
    assert all(a.count("@") == 1 and a == a.lower() for a in found.delivered | found.named)
