"""Every kind of login, at a real Dovecot: as migration.yaml says it, down to the opened mailbox."""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from migrate_mail.errors import NetError
from migrate_mail.finding import utc_now
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.world import open_world
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.mailbox import Doors
from real.servers.logins import HOST, Logins
from support.sign_in import SignIn

pytestmark = pytest.mark.real

ANNA, BEN = "anna@example.org", "ben@example.org"
USERS = {ANNA: "Grüße-ß-日本", BEN: 'quoted " \\ and spaces', "new@example.org": "new"}
MASTERS = {"root": "master-pässword"}
MANY = 40
"""Messages of 500 KB: more than lies in the buffers between two servers."""
YAML = """\
schema: migrate-mail/migration/v1
name: logins
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: {host}, ca: {ca}, {old}}}
  new:
    mx: [{{host: mx.new.example}}]
    imap: {{host: {host}, ca: {ca}, user: new@example.org, secret: env:NEW}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect: {connect}
"""


@pytest.fixture(scope="module")
def places():
    """Two folders that Dovecot can reach, with short names."""
    with tempfile.TemporaryDirectory(prefix="mml-") as one:
        Path(one).chmod(0o755)
        paths = [Path(one) / name for name in ("d", "s")]
        for path in paths:
            path.mkdir()
        yield paths


@pytest.fixture(scope="module")
def sign_in(places):
    """The server that gives out tokens, and tells Dovecot about them."""
    with SignIn(places[1]) as server:
        yield server


@pytest.fixture(scope="module")
def logins(machine, places, sign_in):
    """The Dovecot."""
    server = Logins(
        places[0], users=USERS, masters=MASTERS, introspection=sign_in.url, ca=sign_in.ca
    )
    yield server
    server.end()


@pytest.fixture
def opened(logins, sign_in, tmp_path, monkeypatch):
    """Read a migration.yaml whose old side has some settings; return its world and doors."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sign_in.ca))
    for name, value in {"ANNA": USERS[ANNA], "ROOT": MASTERS["root"], "NEW": "new"}.items():
        monkeypatch.setenv(name, value)

    def do(old, *, secret="", tell=None):
        text = YAML.format(host=HOST, ca=logins.ca, old=old, connect=json.dumps(logins.connect))
        (tmp_path / "migration.yaml").write_text(text)
        (tmp_path / "accounts.csv").write_text(f"address,old_secret\n{ANNA},{secret}\n")
        inventory = load_inventory(tmp_path / "migration.yaml")
        world = open_world(inventory, tell=tell)
        return world, Doors(inventory, world.imap, world.secret, world.renewed)

    return do


def _account(doors):
    return doors.inventory.accounts[0]


def _opens(doors) -> bool:
    """Open the mailbox at old, and tell whether it is anna's."""
    with doors.old(_account(doors)) as session:
        return session.examine("INBOX").uidvalidity == _uidvalidity(doors)


def _uidvalidity(doors) -> int:
    from migrate_mail.net.imap import ImapTarget
    from migrate_mail.secret import Secret

    imap = doors.inventory.spec.systems.old.imap
    target = ImapTarget(HOST, 993, "implicit", imap.ca, ANNA)
    with doors.dialer.read_only(target, Secret(USERS[ANNA])) as session:
        return session.examine("INBOX").uidvalidity


def _refused(doors) -> NetError:
    with pytest.raises(NetError) as caught:
        doors.old(_account(doors))
    return caught.value


WAYS = {
    "plain": "secret: env:ANNA",
    "plain by name": "secret: env:ANNA, login: plain",
    "login": "secret: env:ANNA, login: login",
    "starttls": "secret: env:ANNA, tls: starttls, port: 143",
    "admin": "login_as: {user: root, secret: env:ROOT}",
    "admin over starttls": "login_as: {user: root, secret: env:ROOT}, tls: starttls, port: 143",
    "master": 'user: "${address}*root", secret: env:ROOT',
}


@pytest.mark.parametrize("old", WAYS.values(), ids=WAYS)
def test_passwords_and_admins(opened, old):
    """Passwords beyond ASCII, an authorization identity, and `user*master` open anna's mailbox."""
    _, doors = opened(old)

    assert _opens(doors)


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_from_elsewhere(opened, sign_in, mechanism, tmp_path):
    """A token that a program of the admin's own writes is read again for each login."""
    path = tmp_path / "token"
    path.write_text(sign_in.token(ANNA))
    path.chmod(0o600)
    _, doors = opened(f"secret: file:token, login: {mechanism}")

    assert _opens(doors)
    sign_in.revoked.add(path.read_text())
    error = _refused(doors)
    path.write_text(sign_in.token(ANNA))
    assert _opens(doors)

    assert error.kind == "auth"
    assert error.text.startswith(f"the token for {ANNA} is refused: ")
    assert "status" in error.text


REFUSALS = {
    "password": ("secret: env:ROOT", f"user name or password of {ANNA} is wrong"),
    "admin's password": (
        "login_as: {user: root, secret: env:ANNA}",
        "user name or password of root is wrong",
    ),
    "no admin": (
        f"login_as: {{user: {BEN}, secret: env:ANNA}}",
        f"user name or password of {BEN} is wrong",
    ),
    "clear text": ("secret: env:ANNA, tls: none, port: 143", "the server wants TLS"),
}


@pytest.mark.parametrize(("old", "whose"), REFUSALS.values(), ids=REFUSALS)
def test_whose_fault_it_is(opened, old, whose):
    """A refusal names who gave what was refused, and never the secret."""
    _, doors = opened(old)

    error = _refused(doors)

    assert error.text.startswith(whose)
    assert not [s for s in (*USERS.values(), *MASTERS.values()) if s in str(error)]


@pytest.fixture
def google(sign_in, tmp_path):
    """Settings for a service account whose key is in a file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    info = {
        "type": "service_account",
        "client_email": "mover@project.iam.gserviceaccount.com",
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": f"{sign_in.url}/google/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(info, indent=2))
    path.chmod(0o600)
    return "oauth: {provider: google, secret: file:key.json}"


@pytest.mark.parametrize("mechanism", ["auto", "xoauth2", "oauthbearer"])
def test_a_service_account(opened, google, mechanism):
    """From a JSON key to the opened mailbox: google-auth gets the token, Dovecot takes it."""
    pytest.importorskip("google.auth", reason="the oauth extra is not installed")
    _, doors = opened(f"{google}, login: {mechanism}")

    assert _opens(doors)


def test_somebody_signs_in(opened, sign_in):
    """From a device code to the opened mailbox, by msal."""
    pytest.importorskip("msal", reason="the oauth extra is not installed")
    sign_in.person, sign_in.pending, told = ANNA, 1, []
    oauth = f"oauth: {{provider: microsoft, flow: device, client_id: c, authority: '{sign_in.url}'}}"
    _, doors = opened(oauth, tell=told.append)

    assert _opens(doors)
    assert "enter ABCD1234" in told[0]


def test_a_token_that_expires_in_mid_sync(opened, google, sign_in, logins, tmp_path):
    """Thrown out with a token that counts no more, a sync comes back with a new one and ends complete."""
    pytest.importorskip("google.auth", reason="the oauth extra is not installed")
    world, doors = opened(google)
    later = [0.0]
    world.tokens._clock = lambda: later[0]
    account, old = _account(doors), set()
    _fill(doors, MANY)

    def expire(progress):
        if progress.state == "copying" and not old:
            old.update(t for t, user in sign_in.active.items() if user == ANNA)
            sign_in.revoked.update(old)
            later[0] += 120
            logins.throw_out(ANNA)

    with Store.open(tmp_path / "migration.state", command="sync") as store:
        kit = SyncKit(
            doors, store.sync, utc_now, lambda _: None, threading.Event(), watch=expire
        )
        outcome = sync_account(account, kit)

    assert outcome.state == "done", outcome.reason
    assert {t for t, user in sign_in.active.items() if user == ANNA} - old
    with doors.new_read_only(account) as new:
        assert new.examine("INBOX").messages == MANY


def _fill(doors, count: int) -> None:
    """Put messages into anna's INBOX, with the standard library."""
    import imaplib
    import ssl

    imap = doors.inventory.spec.systems.old.imap
    address = doors.inventory.spec.connect[f"{HOST}:993"].rpartition(":")[0]
    context = ssl.create_default_context(cafile=str(imap.ca))
    context.check_hostname = False
    with imaplib.IMAP4_SSL(address, ssl_context=context) as box:
        box.authenticate("PLAIN", lambda _: f"\0{ANNA}\0{USERS[ANNA]}".encode())
        for number in range(count):
            body = (
                f"From: a@example.org\r\nSubject: {number}\r\nMessage-ID: <{number}@x>\r\n\r\n"
            )
            box.append("INBOX", "", None, body.encode() + (b"x" * 98 + b"\r\n") * 5000)
