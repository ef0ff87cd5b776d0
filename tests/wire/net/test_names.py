"""Hosts without a route are found as this machine finds them."""

from __future__ import annotations

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap import ImapDialer, ImapTarget
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.names import system_addresses
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret
from wire.net.mailbox import Mailbox
from wire.net.script import Scripted


def test_the_next_address_is_tried():
    """Localhost is ::1 and 127.0.0.1 on most machines; whichever listens is found."""
    dialer = ImapDialer(routes=Routes({}), limits=HostLimits(), timeout=3)
    with Scripted(Mailbox().play) as server:
        target = ImapTarget("localhost", server.port, "none", None, "anna")
        with dialer.read_only(target, Secret("s")) as session:
            assert session.endpoint.ip == "127.0.0.1"


def test_an_address_is_itself():
    """An IP address needs no looking up."""
    assert system_addresses("192.0.2.1", 143, timeout=0) == ["192.0.2.1"]


def test_a_name_that_is_none():
    """What cannot be a name is a `dns` error with its host."""
    with pytest.raises(NetError, match="xxx:143") as caught:
        system_addresses("x" * 70, 143, timeout=3)
    assert caught.value.kind == "dns"
