"""Two lab servers for each test."""

from __future__ import annotations

import pytest

from migrate_mail.lab.certs import ca_pem, server_context
from migrate_mail.lab.imap import ImapServer
from migrate_mail.lab.loop import Loop
from support.moving import ANNA, BERT, Move, inventory_for


@pytest.fixture
def move(tmp_path):
    """Give a migration from a server with `/` to one with `INBOX.` as prefix; nothing in it yet."""
    (tmp_path / "ca.pem").write_bytes(ca_pem())
    loop = Loop()
    loop.start()
    old = ImapServer(loop, server_context("imap.old.example"))
    new = ImapServer(loop, server_context("imap.new.example"), separator=".", prefix="INBOX.")
    for server in (old, new):
        loop.call(server.open())
        for user in (ANNA, BERT):
            server.add_user(user, "pw")
    try:
        yield Move(old, new, inventory_for(tmp_path, old.port, new.port))
    finally:
        loop.do(old.close)
        loop.do(new.close)
        loop.close()
