"""Tokens for Google Workspace, by the library google-auth: a service account opens every mailbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from migrate_mail.errors import SecretError
from migrate_mail.inventory.login_settings import OAuthSettings
from migrate_mail.oauth.refusal import speaking_to
from migrate_mail.oauth.source import Token, library
from migrate_mail.secret import Secret

_SCOPE = "https://mail.google.com/"


class GoogleApp:
    """App-only by domain-wide delegation: a token is for one user."""

    def __init__(self, settings: OAuthSettings, key: Secret, user: str) -> None:
        self._scope = settings.scope or _SCOPE
        self._key = key
        self._user = user
        self._accounts = library("google.oauth2.service_account")
        self._transport = library("google.auth.transport.requests")

    def fresh(self) -> Token:
        """Ask with a note that the service account's key signed."""
        info = _read(self._key)
        where = str(info.get("token_uri", "")).removeprefix("https://").partition("/")[0]
        with speaking_to(where or "Google", self._key):
            credentials = self._accounts.Credentials.from_service_account_info(
                info, scopes=[self._scope], subject=self._user
            )
            credentials.refresh(self._transport.Request())
        return Token(Secret(credentials.token), _left(credentials.expiry))


def _read(key: Secret) -> dict[str, Any]:
    try:
        info = json.loads(key.reveal())
    except ValueError:
        info = None
    if not isinstance(info, dict) or info.get("type") != "service_account":
        hint = "make a JSON key for the service account in the Google Cloud console, and let `oauth.secret` point at that file"
        raise SecretError("`oauth.secret` is no JSON key of a service account", hint=hint)
    return info


def _left(expiry: datetime | None) -> float:
    """Return the seconds to a moment that google-auth gives without its zone, in UTC."""
    if expiry is None:
        return 3600
    return (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
