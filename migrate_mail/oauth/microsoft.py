"""Tokens for Microsoft 365, by the library msal: for an application, or for a person who signs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from migrate_mail.errors import NetError, SecretError
from migrate_mail.inventory.login_settings import OAuthSettings
from migrate_mail.oauth.keeping import Keeper
from migrate_mail.oauth.refusal import refused, speaking_to
from migrate_mail.oauth.source import Token, library
from migrate_mail.secret import Secret

_WORLD = "https://login.microsoftonline.com"
_SCOPE_APP = "https://outlook.office365.com/.default"
_SCOPE_PERSON = "https://outlook.office.com/IMAP.AccessAsUser.All"
_PATIENCE = 30


def _authority(settings: OAuthSettings) -> str:
    return f"{settings.authority or _WORLD}/{settings.tenant or 'organizations'}"


def _common(settings: OAuthSettings) -> dict[str, Any]:
    """Return what both kinds of application want. An authority of one's own vouches for itself."""
    own = {"instance_discovery": False} if settings.authority else {}
    return {"authority": _authority(settings), "timeout": _PATIENCE, **own}


def _token(where: str, said: Mapping[str, Any] | None, secret: Secret | None) -> Token:
    said = said or {}
    if "access_token" not in said:
        words = f"{said.get('error', 'no answer')}: {said.get('error_description', '')}"
        raise refused(where, words, secret)
    return Token(Secret(said["access_token"]), float(said.get("expires_in", 3600)))


class MicrosoftApp:
    """App-only: the application itself may open every mailbox that it was given."""

    def __init__(self, settings: OAuthSettings, secret: Secret) -> None:
        self._settings = settings
        self._secret = secret
        self._msal = library("msal")
        self._where = urlsplit(_authority(settings)).netloc

    def fresh(self) -> Token:
        """Ask with the application's secret, or with its key and certificate in one PEM."""
        with speaking_to(self._where, self._secret):
            app = self._msal.ConfidentialClientApplication(
                self._settings.client_id,
                client_credential=_credential(self._secret.reveal()),
                **_common(self._settings),
            )
            said = app.acquire_token_for_client([self._settings.scope or _SCOPE_APP])
        return _token(self._where, said, self._secret)


def _credential(secret: str) -> str | dict[str, str]:
    if "-----BEGIN" in secret:
        return {"private_key": secret, "public_certificate": secret}
    return secret


class MicrosoftPerson:
    """Device code: somebody signs in once with a browser; after that the sign-in renews itself.

    tell: says what to do to the person at the terminal; None: nobody is there.
    """

    def __init__(
        self,
        settings: OAuthSettings,
        who: str,
        *,
        tell: Callable[[str], None] | None,
        keeper: Keeper | None,
    ) -> None:
        self._settings = settings
        self._who = who
        self._tell = tell
        self._keeper = keeper
        self._scopes = [settings.scope or _SCOPE_PERSON]
        self._where = urlsplit(_authority(settings)).netloc
        msal = library("msal")
        self._cache = msal.SerializableTokenCache()
        if keeper is not None:
            self._cache.deserialize(keeper.load())
        with speaking_to(self._where):
            self._app = msal.PublicClientApplication(
                settings.client_id, token_cache=self._cache, **_common(settings)
            )

    def fresh(self) -> Token:
        """Renew the sign-in, or ask for one."""
        with speaking_to(self._where):
            said = self._renewed()
        if said is None:
            said = self._signed_in()
        token = _token(self._where, said, None)
        if self._keeper is not None and self._cache.has_state_changed:
            self._keeper.save(self._cache.serialize())
        return token

    def _renewed(self) -> dict[str, Any] | None:
        accounts = self._app.get_accounts(self._who)
        if not accounts:
            return None
        said: dict[str, Any] | None = self._app.acquire_token_silent(
            self._scopes, accounts[0], force_refresh=True
        )
        return said

    def _signed_in(self) -> dict[str, Any]:
        if self._tell is None:
            hint = "sign in once at a terminal, with `oauth.remember: keyring`; or write `flow: app`"
            raise SecretError(f"{self._who} must sign in, and there is no terminal", hint=hint)
        with speaking_to(self._where):
            flow = self._app.initiate_device_flow(self._scopes)
            if "user_code" not in flow:
                raise refused(
                    self._where, f"{flow.get('error')}: {flow.get('error_description')}"
                )
            self._tell(_invitation(self._who, flow))
            said: dict[str, Any] = self._app.acquire_token_by_device_flow(flow)
        self._refuse_others(said)
        return said

    def _refuse_others(self, said: Mapping[str, Any]) -> None:
        """Raise NetError when somebody else signed in: the token would open another mailbox."""
        name = (said.get("id_token_claims") or {}).get("preferred_username")
        if name and name.lower() != self._who.lower():
            for account in self._app.get_accounts():
                self._app.remove_account(account)
            text = f"{name} signed in, and {self._who} was wanted"
            hint = f"sign in as {self._who} (a private window helps); the name is that of `user` or `login_as.user`"
            raise NetError("auth", self._where, "TOKEN", text, hint=hint)


def _invitation(who: str, flow: Mapping[str, Any]) -> str:
    minutes = int(flow.get("expires_in", 900)) // 60
    return f"{who}: open {flow['verification_uri']} in any browser and enter {flow['user_code']} (within {minutes} minutes)"
