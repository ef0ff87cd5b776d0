"""How to log in, as migration.yaml says it: who opens which mailbox, with what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.inventory.load import load_inventory
from migrate_mail.inventory.model import Login, SecretRef

YAML = """\
schema: migrate-mail/migration/v1
name: a move
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: imap.old.example, {old}}}
  new:
    mx: [{{host: mx.new.example}}]
    imap: {{host: imap.new.example, secret: env:NEW}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
"""
ACCOUNTS = """\
address,old_user,old_secret
anna@example.org,,
ben@example.org,ben.old,{ben}
"""
MASTER = SecretRef("env", "MASTER")
DIGITS = "ab" * 32


@pytest.fixture
def load(tmp_path):
    """Load a migration whose old IMAP server has some settings."""

    def do(old, *, ben=""):
        (tmp_path / "migration.yaml").write_text(YAML.format(old=old))
        (tmp_path / "accounts.csv").write_text(ACCOUNTS.format(ben=ben))
        return load_inventory(tmp_path / "migration.yaml")

    return do


def _old(inventory):
    return [a.old for a in inventory.accounts]


def test_a_dovecot_master_user(load):
    """A pattern of the user name is enough for `user*master`, with the master's secret."""
    logins = _old(load('user: "${address}*master", secret: env:MASTER'))

    assert logins == [Login("anna@example.org*master", MASTER), Login("ben.old", MASTER)]


def test_one_admin_for_all(load):
    """With login_as an admin opens each mailbox under the user's name."""
    logins = _old(load("login_as: {user: root, secret: env:MASTER}"))

    assert logins == [
        Login("anna@example.org", MASTER, admin="root"),
        Login("ben.old", MASTER, admin="root"),
    ]


def test_an_account_of_its_own_secret_logs_in_itself(load):
    """A secret in accounts.csv is the account's own, whoever the admin is."""
    anna, ben = _old(load("login_as: {user: root, secret: env:MASTER}", ben="env:BEN"))

    assert anna.admin == "root"
    assert ben == Login("ben.old", SecretRef("env", "BEN"))


@pytest.mark.parametrize("name", ["plain", "login", "xoauth2", "oauthbearer"])
def test_a_mechanism_is_taken_as_written(load, name):
    """A mechanism that is named is the only one that is tried."""
    assert {login.way for login in _old(load(f"secret: env:MASTER, login: {name}"))} == {name}


def test_an_application_opens_every_mailbox(load):
    """App-only: each account has the application's secret and asks for a token of its own."""
    old = "oauth: {provider: microsoft, tenant: t, client_id: c, secret: env:MASTER}"

    anna, ben = _old(load(old))

    assert (anna.user, ben.user) == ("anna@example.org", "ben.old")
    assert (anna.way, anna.secret, anna.admin) == ("token", MASTER, "")
    assert anna.oauth is not None
    assert anna.oauth.flow == "app"


def test_somebody_signs_in_for_all(load):
    """With a device code and login_as, one person signs in; no secret is kept anywhere."""
    old = "login_as: {user: root@example.org}, login: xoauth2, oauth: {provider: microsoft, flow: device, client_id: c}"

    anna = _old(load(old))[0]

    assert (anna.way, anna.secret, anna.admin) == ("xoauth2", None, "root@example.org")


@pytest.mark.parametrize(
    "written",
    [
        DIGITS,
        DIGITS.upper(),
        ":".join(["AB"] * 32),
        "sha256 Fingerprint=" + ":".join(["AB"] * 32),
    ],
)
def test_a_fingerprint_as_it_is_pasted(load, written):
    """A fingerprint is read in every form that openssl prints."""
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    spec = load(
        f'secret: env:OLD, tls_waiver: {{sha256: "{written}", reason: r, by: b, until: "{until}"}}'
    ).spec

    assert spec.systems.old.imap.tls_waiver.sha256 == DIGITS


def test_a_waiver_ends(load):
    """A waiver whose time is over makes the file invalid."""
    until = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()

    with pytest.raises(InvalidFiles) as caught:
        load(
            f'secret: env:OLD, tls_waiver: {{sha256: {DIGITS}, reason: r, by: b, until: "{until}"}}'
        )

    assert [c.code for c in caught.value.complaints] == ["waiver-expired"]
