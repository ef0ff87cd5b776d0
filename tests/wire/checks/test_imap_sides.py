"""What new leaves of room, and what it does not offer that old did: two small servers that differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate_mail.finding import Outcome
from support.commands import Commands
from support.mini_imap import PLAIN, MiniServer
from support.moving import ANNA
from support.seeing import Eyes, open_eyes, tags

ABLE = f"{PLAIN} QUOTA IDLE MOVE"
YAML = """\
schema: migrate-mail/migration/v1
name: two small servers
domains: [example.org]
systems:
  old: {{mx: [{{host: mx.old.example}}], imap: {{host: imap.old.example, port: 143, tls: none, secret: "env:PW"}}}}
  new: {{mx: [{{host: mx.new.example}}], imap: {{host: imap.new.example, port: 143, tls: none, secret: "env:PW"}}}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect: {connect}
"""


@pytest.fixture
def sides(tmp_path: Path, monkeypatch) -> Iterator[tuple[MiniServer, MiniServer, Eyes]]:
    """Old with 40 KB in two folders, new empty, and what looks at them."""
    monkeypatch.setenv("PW", "pw")
    with MiniServer(able=ABLE) as old, MiniServer(able=ABLE) as new:
        for number in range(4):
            body = b"Subject: %d\r\n\r\n" % number + b"x" * 10_000
            old.deliver(["INBOX" if number % 2 else "Archive"], body)
        connect = {"imap.old.example:143": f"127.0.0.1:{old.port}", "imap.new.example:143": f"127.0.0.1:{new.port}"}  # fmt: skip
        (tmp_path / "migration.yaml").write_text(YAML.format(connect=json.dumps(connect)))
        (tmp_path / "accounts.csv").write_text(f"address\n{ANNA}\n")
        yield old, new, open_eyes(tmp_path / "migration.yaml")


@pytest.mark.parametrize(
    ("quota", "tag", "outcome"),
    [
        ((0, 39), "QUOTA_TOO_SMALL", Outcome.FAIL),
        ((0, 40), "QUOTA_ENOUGH", Outcome.PASS),
        ((100, 120), "QUOTA_TOO_SMALL", Outcome.FAIL),
        (None, "QUOTA_NOT_TOLD", Outcome.SKIP),
    ],
)
def test_room_is_compared_with_what_is_to_come(sides, quota, tag, outcome):
    """All folders count; KiB of 1,024 octets (RFC 9208); a server without a limit is no pass."""
    _, new, eyes = sides
    new.quota = quota
    assert [(f.tag, f.outcome, f.subject) for f in eyes.see("imap.room")] == [
        (tag, outcome, ANNA)
    ]


def test_a_quota_that_is_kept_secret_is_unknown(sides, tmp_path):
    """A server that has quotas and does not tell ours proves nothing; the copy may try."""
    _, new, eyes = sides
    new.quota_hidden = True
    [found] = eyes.see("imap.room")
    assert (found.outcome, found.subject) == (Outcome.UNKNOWN, ANNA)
    assert "not yours to know" in found.args["text"]

    said = Commands(tmp_path, {"PW": "pw"}).run("sync", "--dry-run", "--json")
    [account] = said.json["accounts"]
    assert "does not tell" in account["doubts"][0]


def test_what_is_there_already_needs_no_room(sides):
    """Half of it was copied: only the rest is to come."""
    old, new, eyes = sides
    new.quota = (20, 41)
    for mail in old.folders["INBOX"].mails:
        new.deliver(["INBOX"], mail.body)
    [found] = eyes.see("imap.room")
    assert found.tag == "QUOTA_ENOUGH"
    assert found.args["to_come"].startswith("20")


def test_a_lost_extension_is_named(sides):
    """With what users notice; extensions that old does not have are nobody's loss."""
    _, new, eyes = sides
    assert tags(eyes.see("imap.capabilities")) == ["IMAP_AS_OLD"]
    new.able = f"{PLAIN} QUOTA"
    [lost] = eyes.see("imap.capabilities")
    assert (lost.tag, lost.outcome, lost.args["lost"]) == ("IMAP_EXTENSIONS_LOST", Outcome.FAIL, "IDLE, MOVE")  # fmt: skip
    assert "new mail is shown only when" in lost.fix
    assert eyes.outcome("imap.capabilities", care=["SORT"]) is Outcome.PASS
