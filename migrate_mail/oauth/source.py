"""What gives access tokens, and the extra package that it needs."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Protocol

from migrate_mail.errors import SecretError
from migrate_mail.secret import Secret


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. lifetime: seconds that it was given from now."""

    secret: Secret
    lifetime: float


class TokenSource(Protocol):
    """Asks a provider for tokens."""

    def fresh(self) -> Token:
        """Get a new token, whatever came before. Raise NetError or SecretError."""
        ...


def library(name: str) -> Any:
    """Return a module of the `oauth` extra. Raise SecretError, which names the extra."""
    try:
        return importlib.import_module(name)
    except ImportError:
        package = {"google": "google-auth"}.get(name.partition(".")[0], name)
        message = (
            f"`oauth:` in migration.yaml needs the package {package}, which is not installed"
        )
        raise SecretError(message, hint="pip install 'migrate-mail[oauth]'") from None
