"""Who logs in to one side as which user, and where the secret is kept."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

from migrate_mail.files.csv_source import Row
from migrate_mail.files.secretish import split_reference
from migrate_mail.files.templates import fill
from migrate_mail.inventory.model import ImapServer, Login, SecretRef

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
    """Return the login of an account: its own fields first, else the patterns of migration.yaml."""
    values = {"address": address, "local": address.rpartition("@")[0]}
    own = row.text(f"{side.name}_secret")
    secret = parse_reference(own or side.imap.secret or "", values)
    if secret is None and side.imap.secret:
        return None  # the pattern in migration.yaml is no reference, and was complained about there
    if secret is None:
        message = f"no secret for {address} on the {side.name} side"
        hint = f"fill in {side.name}_secret here, or set systems.{side.name}.imap.secret in migration.yaml"
        sheet.complain(row, f"{side.name}_secret", "no-secret", message, hint)
        return None
    user = row.text(f"{side.name}_user") or side.imap.user
    return Login(fill(user, values), secret)
