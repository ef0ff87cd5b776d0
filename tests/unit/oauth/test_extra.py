"""Tokens want an extra package; without it the way to get it is named, and nothing else suffers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from migrate_mail.errors import SecretError
from migrate_mail.inventory.login_settings import OAuthSettings
from migrate_mail.inventory.model import Login, SecretRef
from migrate_mail.oauth.tokens import Tokens
from migrate_mail.secret import Secret


@pytest.mark.parametrize(
    ("provider", "missing", "package"),
    [("microsoft", "msal", "msal"), ("google", "google.oauth2.service_account", "google-auth")],
)
def test_a_missing_package_is_named(monkeypatch, provider, missing, package):
    """The message names the package, the hint the extra."""
    monkeypatch.setitem(sys.modules, missing, None)
    settings = OAuthSettings(provider=provider)
    login = Login("anna@example.org", SecretRef("env", "X"), "token", oauth=settings)

    with pytest.raises(SecretError) as caught:
        Tokens(lambda _: Secret("{}")).get(login)

    assert f"needs the package {package}," in caught.value.message
    assert caught.value.hint == "pip install 'migrate-mail[oauth]'"


def test_the_libraries_wait_until_they_are_needed():
    """No command that has no use for tokens loads the providers' libraries."""
    program = (
        "import sys, migrate_mail.oauth.tokens, migrate_mail.run.world;"
        "print([m for m in ('msal', 'requests', 'google.auth') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
