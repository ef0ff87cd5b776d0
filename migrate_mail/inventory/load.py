"""Reading migration.yaml with its CSV files: an Inventory, or every complaint at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.kinds import expect_kind
from migrate_mail.files.names import Domain, dotted_name
from migrate_mail.files.source import label_of
from migrate_mail.files.validation import complaints_of, validate
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.files.yaml_source import read_yaml
from migrate_mail.inventory.csv_files import read_accounts, read_addresses
from migrate_mail.inventory.model import SCHEMA, Account, Address, Inventory, MigrationFile
from migrate_mail.inventory.rules import canary_rules, file_rules


def load_inventory(path: Path) -> Inventory:
    """Return migration.yaml with its CSV files, checked.

    Raise InvalidFiles with every complaint about all of them at once.
    """
    return inventory_of(path, read_yaml(path))


class _OnlyDomains(BaseModel):
    """What a migration.yaml says first; the rest may be unfinished."""

    domains: list[Domain] = Field(min_length=1)


def load_domains(path: Path) -> list[str]:
    """Return the domains that move, whatever else of migration.yaml is still to be filled in.

    Raise InvalidFiles when it does not say them.
    """
    document = read_yaml(path)
    expect_kind(document, SCHEMA)
    try:
        return _OnlyDomains.model_validate(document.data).domains
    except ValidationError as error:
        raise InvalidFiles(complaints_of(document, error, _OnlyDomains)) from None


def inventory_of(path: Path, document: YamlDocument) -> Inventory:
    """Return the inventory of a migration.yaml that was already read; see `load_inventory`."""
    expect_kind(document, SCHEMA)
    spec, complaints = validate(document, MigrationFile)
    reading = _Reading(path.parent, document, spec, complaints)
    reading.read()
    if reading.complaints or spec is None:
        raise InvalidFiles(reading.complaints)
    return Inventory(
        spec=spec,
        path=path,
        accounts=tuple(reading.accounts),
        addresses=tuple(_all_addresses(reading.accounts, reading.addresses)),
        fingerprint=_fingerprint([document.source.raw, *reading.raw]),
    )


@dataclass(slots=True)
class _Reading:
    """One reading of the CSV files beside a migration.yaml. spec None: that file is itself wrong."""

    base: Path
    document: YamlDocument
    spec: MigrationFile | None
    complaints: list[Complaint]
    accounts: list[Account] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def read(self) -> None:
        """Read what can be read, note what is wrong."""
        well = self._accounts()
        self._addresses()
        if self.spec is not None:
            self.complaints += file_rules(self.document, self.spec, self.base)
        if self.spec is not None and well:
            self.complaints += canary_rules(self.document, self.spec, self.accounts)

    def _accounts(self) -> bool:
        file = self._file("accounts", "accounts.csv")
        if file is None:
            return False
        systems = self.spec.systems if self.spec else None
        try:
            label = label_of(self.base / file)
            self.accounts, table, wrong = read_accounts(
                self.base / file, label, self._domains(), systems
            )
        except InvalidFiles as error:
            self._unreadable(error, "accounts")
            return False
        self.complaints += wrong
        self.raw.append(table.source.raw)
        return not wrong

    def _addresses(self) -> None:
        file = self._file("addresses", None)
        if file is None:
            return
        try:
            label = label_of(self.base / file)
            self.addresses, table, wrong = read_addresses(
                self.base / file, label, self._domains()
            )
        except InvalidFiles as error:
            self._unreadable(error, "addresses")
            return
        self.complaints += wrong
        self.raw.append(table.source.raw)

    def _file(self, key: str, default: str | None) -> str | None:
        """Return the name of a CSV file; None when there is none or its key is wrong."""
        data: Any = self.document.data
        name = data.get(key, default) if isinstance(data, dict) else None
        return name if isinstance(name, str) and name else None

    def _domains(self) -> set[str]:
        """Return the domains that move; of a wrong migration.yaml, those that are right."""
        data: Any = self.document.data
        found = data.get("domains") if isinstance(data, dict) else None
        return (
            {d for item in found if (d := _domain(item))} if isinstance(found, list) else set()
        )

    def _unreadable(self, error: InvalidFiles, key: str) -> None:
        """Point at the line that names a missing file; else at the place inside that file."""
        path: DataPath = (key,)
        for one in error.complaints:
            if one.code == "missing-file":
                hint = "paths start at the folder of migration.yaml"
                message = f"there is no file {one.file}, which lists the {key}"
                self.complaints.append(self.document.complaint(path, one.code, message, hint))
            else:
                self.complaints.append(one)


def _domain(item: object) -> str | None:
    try:
        return dotted_name(item) if isinstance(item, str) else None
    except PydanticCustomError:
        return None


def _all_addresses(accounts: Iterable[Account], extra: Iterable[Address]) -> list[Address]:
    """Return every address once: what addresses.csv says, then mailboxes that it does not name."""
    listed = {a.address.lower(): a for a in extra}
    own = [Address(a.address, "mailbox") for a in accounts if a.address.lower() not in listed]
    return [*own, *listed.values()]


def _fingerprint(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()
