"""Tokens, got by the providers' own libraries from a real server on loopback."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import NetError, SecretError
from migrate_mail.secret import Secret

pytest.importorskip("msal", reason="the oauth extra is not installed")
pytest.importorskip("google.auth", reason="the oauth extra is not installed")


def test_an_application_has_one_token_for_all(sign_in, tokens, login):
    """App-only at Microsoft: one token opens every mailbox, so it is got once."""
    mine = tokens()

    got = {mine.get(login(user)).reveal() for user in ("anna@example.org", "ben@example.org")}

    assert got == {"token-1"}
    assert [(a["grant_type"], a["client_id"], a["client_secret"]) for a in sign_in.asked] == [
        ("client_credentials", "c", "app-secret")
    ]
    assert sign_in.asked[0]["scope"] == "https://outlook.office365.com/.default"


def test_an_application_with_a_certificate(sign_in, tokens, login, rsa_key):
    """Where the secret is a key with its certificate, it signs and is not sent."""
    mine = tokens(rsa_key + _certificate(rsa_key))

    assert mine.get(login()).reveal() == "token-1"
    assert "client_secret" not in sign_in.asked[0]
    assert sign_in.asked[0]["client_assertion"].count(".") == 2
    assert "PRIVATE KEY" not in str(sign_in.asked)


def test_a_token_is_renewed_in_time(sign_in, tokens, login, clock):
    """Of 60 minutes a token is given out for 45: what begins with it has time to end."""
    mine = tokens()
    first = mine.get(login())

    clock.now += 44 * 60
    assert mine.get(login()) is first
    clock.now += 60
    assert mine.get(login()).reveal() == "token-2"


def test_a_refused_token_is_replaced_once(sign_in, tokens, login, clock):
    """Threads whose token the mail server refused get one new token between them."""
    mine = tokens()
    old = mine.get(login())
    clock.now += 61
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(mine.get(login(), refused=old)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {s.reveal() for s in got} == {"token-2"}
    assert len(sign_in.asked) == 2


def test_a_new_token_is_not_refused_for_its_age(sign_in, tokens, login):
    """A token that was only just got is not replaced: a thousand refused mailboxes are not a thousand requests."""
    mine = tokens()
    old = mine.get(login())

    assert mine.get(login(), refused=old) is old
    assert len(sign_in.asked) == 1


def test_somebody_signs_in_once(sign_in, tokens, login, told, clock):
    """Device code: the person is told what to do; after that the sign-in renews itself."""
    mine = tokens()
    anna = login(flow="device")

    first = mine.get(anna)
    clock.now += 3600
    second = mine.get(anna)

    assert told == [
        f"anna@example.org: open {sign_in.url}/device in any browser and enter ABCD1234 (within 15 minutes)"
    ]
    assert (first.reveal(), second.reveal()) == ("token-1", "token-2")
    assert sign_in.asked[-1]["refresh_token"] == "refresh-me"


def test_an_admin_signs_in_for_all(sign_in, tokens, login, told):
    """With login_as one sign-in is enough for every account."""
    mine = tokens()
    sign_in.person = "root@example.org"

    got = {
        mine.get(login(u, admin="root@example.org", flow="device")).reveal()
        for u in ("anna@example.org", "ben@example.org")
    }

    assert got == {"token-1"}
    assert len(told) == 1


def test_somebody_else_signs_in(sign_in, tokens, login):
    """The wrong person's sign-in is refused by name: it would open another mailbox."""
    sign_in.person = "ben@example.org"

    with pytest.raises(NetError) as caught:
        tokens().get(login(flow="device"))

    assert caught.value.kind == "auth"
    assert caught.value.text == "ben@example.org signed in, and anna@example.org was wanted"


def test_nobody_is_at_the_terminal(sign_in, tokens, login):
    """Without a terminal no code is asked for, and the way out is named."""
    with pytest.raises(SecretError) as caught:
        tokens(terminal=False).get(login(flow="device"))

    assert "anna@example.org must sign in" in caught.value.message
    assert "flow: app" in (caught.value.hint or "")
    assert sign_in.asked == []


def test_a_service_account_opens_each_mailbox(sign_in, tokens, login, google_key):
    """Google: domain-wide delegation, so a token for each user, from the key's own address."""
    mine = tokens(google_key)
    google = {"provider": "google", "client_id": None, "tenant": None, "authority": None}

    got = [
        mine.get(login(u, **google)).reveal()
        for u in ("anna@example.org", "ben@example.org") * 2
    ]

    assert got == ["token-1", "token-2", "token-1", "token-2"]
    assert list(sign_in.active.values()) == ["anna@example.org", "ben@example.org"]
    assert "PRIVATE KEY" not in str(sign_in.asked)


def test_a_key_that_is_none(tokens, login):
    """Something else than a service account's key is said to be so, and not shown."""
    with pytest.raises(SecretError) as caught:
        tokens('{"type": "authorized_user", "x": "hunter2"}').get(login(provider="google"))

    assert "no JSON key of a service account" in caught.value.message
    assert "hunter2" not in str(caught.value)


REFUSALS = [
    ("invalid_client", "AADSTS7000215: Invalid client secret provided.", "make a new one"),
    ("unauthorized_client", "AADSTS700016: Application with identifier 'c' was not found", "tenant"),
    ("invalid_grant", "AADSTS65001: The user or administrator has not consented", "consent"),
    ("access_denied", "AADSTS53003: Access has been blocked by Conditional Access", "policy"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "description", "step"), REFUSALS)
def test_why_no_token_is_given(sign_in, tokens, login, error, description, step):
    """The provider's words stay, and the next step follows from its code."""
    sign_in.refuse = {"error": error, "error_description": description}

    with pytest.raises(NetError) as caught:
        tokens().get(login())

    assert (caught.value.kind, caught.value.phase) == ("auth", "TOKEN")
    assert description in caught.value.text
    assert step in (caught.value.hint or "")


def test_google_without_delegation(sign_in, tokens, login, google_key):
    """An application that may not yet read for others is sent to the admin console."""
    sign_in.refuse = {
        "error": "unauthorized_client",
        "error_description": "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
    }

    with pytest.raises(NetError) as caught:
        tokens(google_key).get(login(provider="google"))

    assert caught.value.kind == "auth"
    assert "domain-wide delegation" in (caught.value.hint or "")


def test_the_applications_secret_is_in_no_message(sign_in, tokens, login):
    """Not even where a provider echoes it."""
    sign_in.refuse = {"error": "invalid_client", "error_description": "you sent app-secret"}

    with pytest.raises(NetError) as caught:
        tokens().get(login())

    assert "app-secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("flow", ["app", "device"])
@pytest.mark.parametrize("path", ["", "token"])
def test_a_provider_that_is_down(sign_in, tokens, login, flow, path):
    """A failure of the provider's own is `busy`, so that it is tried again."""
    sign_in.broken, sign_in.broken_path = 503, path

    with pytest.raises(NetError) as caught:
        tokens().get(login(flow=flow))

    assert caught.value.kind == "busy"


def test_a_provider_that_is_not_there(tokens, login):
    """Nobody answers: that is no refusal."""
    with pytest.raises(NetError) as caught:
        tokens().get(login(authority="https://localhost:1"))

    assert caught.value.kind == "unreachable"
    assert caught.value.where == "localhost:1"


def test_a_provider_with_a_bad_certificate(sign_in, tokens, login, monkeypatch):
    """No secret is sent to a sign-in server that cannot prove who it is."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    with pytest.raises(NetError) as caught:
        tokens().get(login())

    assert caught.value.kind == "tls"
    assert sign_in.asked == []


def test_tokens_do_not_print(tokens, login):
    """A token is a secret like any other."""
    token = tokens().get(login())

    assert isinstance(token, Secret)
    assert f"{token} {token!r}" == "*** ***"


def _certificate(key_pem: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    key = serialization.load_pem_private_key(key_pem.encode(), None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mover")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
