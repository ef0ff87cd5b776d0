"""Keeps a person's sign-in between two commands: sealed in the system's keyring, or not at all."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from migrate_mail.errors import SecretError

_SERVICE = "migrate-mail sign-in"
_UNSEALED = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
"""Keyrings that keep nothing, or write it to disk as it is."""


class Keeper:
    """One sign-in in the keyring. tell: says what could not be kept."""

    def __init__(self, name: str, tell: Callable[[str], None] | None) -> None:
        self._name = name
        self._tell = tell
        self._keyring = _sealing_keyring()

    def load(self) -> str | None:
        """Return what was kept; None when there is nothing."""
        try:
            kept: str | None = self._keyring.get_password(_SERVICE, self._name)
        except self._keyring.errors.KeyringError:
            return None
        return kept

    def save(self, text: str) -> None:
        """Keep it. A keyring that does not take it costs a sign-in next time, and nothing else."""
        try:
            self._keyring.set_password(_SERVICE, self._name, text)
        except self._keyring.errors.KeyringError as error:
            if self._tell is not None:
                self._tell(f"the keyring did not take the sign-in: {type(error).__name__}")


def _sealing_keyring() -> Any:
    """Return the keyring module. Raise SecretError when it is missing or seals nothing."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        hint = "pip install 'migrate-mail[keyring]', or leave `remember` out"
        raise SecretError(
            "`oauth.remember: keyring` needs the package keyring", hint=hint
        ) from None
    backend = type(keyring.get_keyring())
    plain = "plaintext" in backend.__name__.lower()
    if plain or backend.__module__.startswith(_UNSEALED):
        message = (
            f"the keyring of this machine ({backend.__module__}) does not seal what it keeps"
        )
        raise SecretError(
            message, hint="leave `oauth.remember` out, and sign in for each command"
        )
    return keyring
