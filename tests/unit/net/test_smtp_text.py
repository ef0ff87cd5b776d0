"""What SMTP writes: addresses as paths, messages with their dots doubled."""

from __future__ import annotations

import pytest

from migrate_mail.net.smtp_recipients import path
from migrate_mail.net.smtp_wire import dotted


@pytest.mark.parametrize(
    ("address", "utf8", "wanted"),
    [
        ("anna@old.example", False, "anna@old.example"),
        ("postmaster", False, "postmaster"),
        ('"a b"@old.example', False, '"a b"@old.example'),
        ("anna@bücher.example", False, "anna@xn--bcher-kva.example"),
        ("änna@old.example", True, "änna@old.example"),
    ],
)
def test_paths(address, utf8, wanted):
    """An address goes out as it is; only a domain beyond ASCII is written in IDNA."""
    assert path(address, utf8=utf8) == wanted


@pytest.mark.parametrize(
    "address",
    ["", "a b@x", "a@x>", "a@x\r\nDATA", "<a@x>", '"a\r\nDATA"@x', "änna@x", "a@" + "ü" * 64],
)
def test_what_is_no_path_is_not_sent(address):
    """What could end the line, or is no address, is a reason and not a command."""
    with pytest.raises(ValueError, match="not asked"):
        path(address, utf8=False)


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n.\r\n"),
        (b"a\nb", b"a\r\nb\r\n.\r\n"),
        (b".\r\n..x\r\na.\r\n", b"..\r\n...x\r\na.\r\n.\r\n"),
        (b"a\n.\nRCPT TO:<x@y>\n", b"a\r\n..\r\nRCPT TO:<x@y>\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_a_message_cannot_end_itself(message, wanted):
    """Every line is CRLF and every leading dot is doubled (RFC 5321 section 4.5.2)."""
    assert dotted(message) == wanted
