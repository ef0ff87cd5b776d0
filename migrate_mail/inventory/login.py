"""Who logs in to one side as which user, and where the secret is kept."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

from migrate_mail.files.csv_source import Row
from migrate_mail.files.secretish import split_reference
from migrate_mail.files.templates import fill
from migrate_mail.inventory.login_settings import LoginAs
from migrate_mail.inventory.model import ImapServer, Login, LoginWay, SecretRef

Scheme = Literal["env", "file", "cmd", "keyring", "prompt"]


class Complainer(Protocol):
    """Takes complaints about a field of a CSV file."""

    def complain(
        self, row: Row, column: str, code: str, message: str, hint: str | None = None
    ) -> None:
        """Note a complaint."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side's IMAP server. name: `old` or `new`."""

    name: str
    imap: ImapServer


def parse_reference(text: str, values: dict[str, str] | None = None) -> SecretRef | None:
    """Return a secret reference, its `${name}` filled in; None when the text is none.

    In a `cmd:` a value becomes one word, whatever is in it.
    """
    split = split_reference(text)
    if split is None:
        return None
    scheme, locator = split
    quote: Any = shlex.quote if scheme == "cmd" else str
    return SecretRef(cast(Scheme, scheme), fill(locator, values or {}, quote))


def login(sheet: Complainer, row: Row, side: Side, address: str) -> Login | None:
    """Return the login of an account: its own fields first, else what migration.yaml says."""
    values = {"address": address, "local": address.rpartition("@")[0]}
    user = fill(row.text(f"{side.name}_user") or side.imap.user, values)
    own = row.text(f"{side.name}_secret")
    if side.imap.oauth is not None:
        return _by_token(sheet, row, side, user)
    if side.imap.login_as is not None and not own:
        return _by_admin(side.imap, side.imap.login_as, user, values)
    secret = parse_reference(own or side.imap.secret or "", values)
    if secret is None and side.imap.secret:
        return None  # the pattern in migration.yaml is no reference, and was complained about there
    if secret is None:
        message = f"no secret for {address} on the {side.name} side"
        hint = f"fill in {side.name}_secret here, or set systems.{side.name}.imap.secret in migration.yaml"
        sheet.complain(row, f"{side.name}_secret", "no-secret", message, hint)
        return None
    return Login(user, secret, _way(side.imap))


def _way(imap: ImapServer) -> LoginWay:
    if imap.login != "auto":
        return imap.login
    return "token" if imap.oauth is not None else "password"


def _by_token(sheet: Complainer, row: Row, side: Side, user: str) -> Login | None:
    oauth, admin = side.imap.oauth, side.imap.login_as
    if oauth is None:
        return None
    if row.text(f"{side.name}_secret"):
        message = f"the {side.name} side logs in by `oauth`, which has no use for this secret"
        sheet.complain(row, f"{side.name}_secret", "contradiction", message, "leave it empty")
        return None
    secret = parse_reference(oauth.secret or "")
    return Login(user, secret, _way(side.imap), admin.user if admin else "", oauth)


def _by_admin(
    imap: ImapServer, admin: LoginAs, user: str, values: dict[str, str]
) -> Login | None:
    """Return a login on behalf of an account; None when the admin's secret is complained about elsewhere."""
    secret = parse_reference(admin.secret or "", values)
    if secret is None:
        return None
    return Login(user, secret, _way(imap), fill(admin.user, values))
