"""A sign-in server, and the logins that get their tokens there."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from migrate_mail.inventory.login_settings import OAuthSettings
from migrate_mail.inventory.model import Login, SecretRef
from migrate_mail.oauth.tokens import Tokens
from migrate_mail.secret import Secret
from support.sign_in import SignIn

REF = SecretRef("env", "APP")


@pytest.fixture
def sign_in(tmp_path, monkeypatch):
    """Give a sign-in server that the libraries trust."""
    with SignIn(tmp_path) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca))
        yield server


@pytest.fixture
def settings(sign_in):
    """Make OAuth settings for Microsoft that point at the server."""

    def make(**changed):
        given = {
            "provider": "microsoft",
            "client_id": "c",
            "tenant": "t",
            "authority": sign_in.url,
        }
        return OAuthSettings(**{**given, **changed})

    return make


@pytest.fixture
def login(settings):
    """Make a login by token."""

    def make(user="anna@example.org", *, admin="", **changed):
        oauth = settings(**changed)
        return Login(user, None if oauth.flow == "device" else REF, "token", admin, oauth)

    return make


@pytest.fixture(scope="session")
def rsa_key():
    """A private key of an application or a service account, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def google_key(sign_in, rsa_key):
    """The JSON key of a service account whose tokens come from the server."""
    key = {
        "type": "service_account",
        "client_email": "mover@project.iam.gserviceaccount.com",
        "private_key_id": "1",
        "private_key": rsa_key,
        "token_uri": f"{sign_in.url}/google/token",
    }
    return json.dumps(key, indent=2)


class Clock:
    """Seconds that a test moves on."""

    now = 1000.0

    def __call__(self):
        """Return the time."""
        return self.now


@pytest.fixture
def clock():
    """Give a clock that stands until it is moved."""
    return Clock()


@pytest.fixture
def told():
    """What was said to the person at the terminal."""
    return []


@pytest.fixture
def tokens(clock, told):
    """Make the giver of tokens; `shown` is what the application shows of itself."""

    def make(shown="app-secret", *, terminal=True):
        return Tokens(
            lambda ref: Secret(shown), tell=told.append if terminal else None, clock=clock
        )

    return make
