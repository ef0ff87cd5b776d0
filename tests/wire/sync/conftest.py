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


YAML = """\
schema: migrate-mail/migration/v1
name: test
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: imap.old.example, ca: ca.pem, secret: "env:TEST_PASSWORD"}}
  new:
    mx: [{{host: mx.new.example}}]
    imap: {{host: imap.new.example, ca: ca.pem, secret: "env:TEST_PASSWORD"}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect:
  "imap.old.example:993": "127.0.0.1:{old}"
  "imap.new.example:993": "127.0.0.1:{new}"
"""


@pytest.fixture
def project(move, monkeypatch):
    """Give the path of a migration.yaml for the two lab servers."""
    base = move.inventory.base
    path = base / "migration.yaml"
    path.write_text(YAML.format(old=move.old.port, new=move.new.port))
    (base / "accounts.csv").write_text(f"address\n{ANNA}\n{BERT}\n")
    monkeypatch.setenv("TEST_PASSWORD", "pw")
    return path
