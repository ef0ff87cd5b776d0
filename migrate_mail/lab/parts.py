"""Says what is missing when the lab cannot run here."""

from __future__ import annotations

import importlib.util

from migrate_mail.errors import UserError

_PARTS = ("aiosmtpd", "pymap", "trustme")


def require_parts() -> None:
    """Raise UserError when the libraries that the servers are made of are not installed."""
    missing = [part for part in _PARTS if importlib.util.find_spec(part) is None]
    if missing:
        raise UserError(
            f"the lab needs {', '.join(missing)}, which is not installed",
            hint="pip install 'migrate-mail[demo]'",
        )
