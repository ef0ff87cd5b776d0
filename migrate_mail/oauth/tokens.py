"""Gives every login a token that is still good, and gets a new one in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from migrate_mail.errors import SecretError
from migrate_mail.inventory.login_settings import OAuthSettings
from migrate_mail.inventory.model import Login, SecretRef
from migrate_mail.oauth.source import Token, TokenSource
from migrate_mail.secret import Secret

_GOOD_FOR = 0.75
"""Of a token's life it is given out, 45 minutes of 60: what begins with it has time to end."""

_TOO_YOUNG = 60
"""Seconds: a token that is refused so soon is not too old, and another one would be refused too."""

_Key = tuple[OAuthSettings, SecretRef | None, str]


@dataclass(slots=True)
class _Slot:
    """One token and what renews it; the lock is held while it is got."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    source: TokenSource | None = None
    token: Token | None = None
    since: float = 0

    def good(self, now: float, refused: Secret | None) -> Token | None:
        """Return the token, if it may still be given out."""
        if self.token is None or now >= self.since + _GOOD_FOR * self.token.lifetime:
            return None
        if self.token.secret is refused and now >= self.since + _TOO_YOUNG:
            return None
        return self.token


class Tokens:
    """Gives out tokens by login. Safe to call from several threads: each token is got once.

    secret: looks up what the application shows of itself. tell: speaks to the person at the
    terminal; None when nobody is there. clock: seconds that only go forward.
    """

    def __init__(
        self,
        secret: Callable[[SecretRef], Secret],
        *,
        tell: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._tell = tell
        self._clock = clock
        self._slots: dict[_Key, _Slot] = {}
        self._lock = threading.Lock()
        self._at_terminal = threading.Lock()

    def get(self, login: Login, *, refused: Secret | None = None) -> Secret:
        """Return a token for a login with `oauth`. Raise NetError or SecretError.

        refused: a token that the mail server did not take; another one is got, unless that
        happened meanwhile or it is so new that age cannot be the reason.
        """
        slot = self._slot(login)
        with slot.lock:
            token = slot.good(self._clock(), refused) or self._renew(slot, login)
            return token.secret

    def _slot(self, login: Login) -> _Slot:
        with self._lock:
            return self._slots.setdefault(_key(login), _Slot())

    def _renew(self, slot: _Slot, login: Login) -> Token:
        settings = login.oauth
        if settings is None:
            raise SecretError(f"{login.user} has no `oauth`")
        # One person reads one code at a time.
        with self._at_terminal if settings.flow == "device" else nullcontext():
            slot.source = slot.source or self._source(settings, login)
            token = slot.source.fresh()
        slot.token, slot.since = token, self._clock()
        return token

    def _source(self, settings: OAuthSettings, login: Login) -> TokenSource:
        if settings.flow == "device":
            return self._person(settings, login.admin or login.user)
        if login.secret is None:
            raise SecretError("`oauth.secret` is missing")
        secret = self._secret(login.secret)
        if settings.provider == "google":
            from migrate_mail.oauth.google import GoogleApp

            return GoogleApp(settings, secret, login.user)
        from migrate_mail.oauth.microsoft import MicrosoftApp

        return MicrosoftApp(settings, secret)

    def _person(self, settings: OAuthSettings, who: str) -> TokenSource:
        from migrate_mail.oauth.keeping import Keeper
        from migrate_mail.oauth.microsoft import MicrosoftPerson

        kept = settings.remember == "keyring"
        keeper = Keeper(f"{settings.client_id} {who}", self._tell) if kept else None
        return MicrosoftPerson(settings, who, tell=self._tell, keeper=keeper)


def _key(login: Login) -> _Key:
    """Return what tells tokens apart: one for all accounts where one opens all of them."""
    assert login.oauth is not None
    settings = login.oauth
    if settings.flow == "device":
        return settings, login.secret, login.admin or login.user
    return settings, login.secret, login.user if settings.provider == "google" else ""
