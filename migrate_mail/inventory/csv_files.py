"""accounts.csv and addresses.csv: who has a mailbox, and everything that can receive."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic_core import PydanticCustomError

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.csv_source import Row, Table, read_csv
from migrate_mail.files.names import mail_address
from migrate_mail.files.secretish import WANTED, nearest_scheme, split_reference
from migrate_mail.inventory.login import Side, login
from migrate_mail.inventory.model import Account, Address, AddressKind, Systems

ACCOUNT_COLUMNS = ("address", "old_user", "old_secret", "new_user", "new_secret")
ADDRESS_COLUMNS = ("address", "kind", "target")
_KINDS = typing.get_args(AddressKind)


@dataclass(slots=True)
class Sheet:
    """One CSV file while it is read: its table, the addresses seen so far, what is wrong."""

    table: Table
    domains: Collection[str]
    complaints: list[Complaint]
    seen: dict[str, int] = field(default_factory=dict)

    def complain(
        self, row: Row, column: str, code: str, message: str, hint: str | None = None
    ) -> None:
        """Note a complaint about a field."""
        self.complaints.append(self.table.complaint(row, column, code, message, hint))

    def address(self, row: Row, *, pattern: bool = False) -> str | None:
        """Return the address of a row; None, with a complaint, when it is wrong, strange or there twice."""
        text = row.text("address")
        local, at, domain = text.rpartition("@")
        any_local = local in {"", "*"} and bool(at and domain)
        if any_local and not pattern:
            message = f"`{text[:60]}` stands for a whole domain"
            hint = "in addresses.csv such an address has the kind catch-all"
            self.complain(row, "address", "bad-address", message, hint)
            return None
        try:
            address = mail_address(f"any@{domain}" if any_local else text)
        except PydanticCustomError as error:
            words = error.context or {}
            self.complain(row, "address", words["code"], words["message"], words["hint"])
            return None
        address = f"*@{address.rpartition('@')[2]}" if any_local else address
        return address if self._moves(row, address) and self._first(row, address) else None

    def _moves(self, row: Row, address: str) -> bool:
        domain = address.rpartition("@")[2]
        if not self.domains or domain in self.domains:
            return True
        close = difflib.get_close_matches(domain, self.domains, n=1, cutoff=0.8)
        hint = (
            f"did you mean `{close[0]}`?"
            if close
            else f"moving: {', '.join(sorted(self.domains))}"
        )
        self.complain(
            row,
            "address",
            "foreign-domain",
            f"`{domain}` is not one of the domains that move",
            hint,
        )
        return False

    def _first(self, row: Row, address: str) -> bool:
        before = self.seen.setdefault(address.lower(), row.line)
        if before != row.line:
            message = f"`{address}` is here for the second time; the first is in line {before}"
            self.complain(row, "address", "duplicate-address", message, "keep one of them")
        return before == row.line


def read_accounts(
    path: Path, label: str, domains: Collection[str], systems: Systems | None
) -> tuple[list[Account], Table, list[Complaint]]:
    """Return the accounts with the logins of both sides, and everything that is wrong.

    systems None: migration.yaml is itself wrong, so that its patterns are not known.
    """
    table = read_csv(path, ACCOUNT_COLUMNS, label=label)
    sheet = Sheet(table, domains, list(table.complaints))
    accounts = [a for row in table.rows for a in _account(sheet, row, systems)]
    if not table.rows and not sheet.complaints:
        message = "no account is in this file; a migration moves at least one"
        sheet.complaints.append(table.source.complaint((1, 1), "empty", message))
    return accounts, table, sheet.complaints


def _account(sheet: Sheet, row: Row, systems: Systems | None) -> Iterator[Account]:
    # Both sides, so that both are complained about.
    references = [_secret_is_reference(sheet, row, side) for side in ("old", "new")]
    address = sheet.address(row)
    if address is None or systems is None or not all(references):
        return
    old, new = (
        login(sheet, row, Side(name, getattr(systems, name).imap), address)
        for name in ("old", "new")
    )
    if old is not None and new is not None:
        yield Account(address, old, new, row.line)


def _secret_is_reference(sheet: Sheet, row: Row, side: str) -> bool:
    text = row.text(f"{side}_secret")
    if not text or split_reference(text) is not None:
        return True
    near = nearest_scheme(text)
    message = f"`{side}_secret` holds no secret reference; what it holds is not repeated here"
    hint = (
        f"did you mean `{near}:`?"
        if near
        else f"{WANTED}; if this was the secret itself, change it"
    )
    sheet.complain(row, f"{side}_secret", "literal-secret", message, hint)
    return False


def read_addresses(
    path: Path, label: str, domains: Collection[str]
) -> tuple[list[Address], Table, list[Complaint]]:
    """Return everything that can receive, and everything that is wrong."""
    table = read_csv(path, ADDRESS_COLUMNS, label=label)
    sheet = Sheet(table, domains, list(table.complaints))
    found = [a for row in table.rows for a in _address(sheet, row)]
    return found, table, sheet.complaints


def _address(sheet: Sheet, row: Row) -> Iterator[Address]:
    kind = row.text("kind").lower() or "alias"
    if kind not in _KINDS:
        close = difflib.get_close_matches(kind, _KINDS, n=1)
        hint = f"did you mean `{close[0]}`?" if close else None
        message = f"kind is `{kind[:60]}`; allowed: {', '.join(_KINDS)}"
        sheet.complain(row, "kind", "bad-choice", message, hint)
    address = sheet.address(row, pattern=kind == "catch-all")
    if address is not None and kind in _KINDS:
        yield Address(address, typing.cast(AddressKind, kind), row.text("target"))
