"""What the types of migration.yaml cannot say: rules between its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic_core import PydanticCustomError

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.names import mail_address
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.inventory.login_rules import login_rules
from migrate_mail.inventory.model import Account, DnsSettings, ImapServer, MigrationFile, MxHost
from migrate_mail.inventory.record_settings import record_rules
from migrate_mail.inventory.sync_rules import map_rules


def file_rules(document: YamlDocument, spec: MigrationFile, base: Path) -> Iterator[Complaint]:
    """Yield what is wrong in migration.yaml taken by itself."""
    yield from _twice(document, ("domains",), spec.domains)
    for side in ("old", "new"):
        path: DataPath = ("systems", side, "mx")
        yield from _twice(document, path, [mx.host for mx in _mx(spec, side)], "host")
        yield from login_rules(document, side, _imap(spec, side), now=datetime.now(UTC))
    yield from _dns(document, spec.dns)
    yield from record_rules(document, spec)
    yield from map_rules(document, spec.sync)
    yield from _contacts(document, spec)
    yield from _files(document, spec, base)


def canary_rules(
    document: YamlDocument, spec: MigrationFile, accounts: Iterable[Account]
) -> Iterator[Complaint]:
    """Yield what is wrong with the accounts that get test mail."""
    known = {a.address.lower() for a in accounts}
    for domain, address in spec.probe.canary.items():
        path = _path_of(document, ("probe", "canary"), domain)
        if domain not in spec.domains:
            message = f"`{domain}` is not one of the domains that move"
            yield document.complaint(path, "foreign-domain", message, key=True)
        elif address.rpartition("@")[2] != domain:
            yield document.complaint(
                path, "bad-canary", f"`{address}` is not an address of {domain}"
            )
        elif address.lower() not in known:
            hint = f"add it to {spec.accounts}: test mail is looked for over IMAP"
            yield document.complaint(
                path, "bad-canary", f"`{address}` is not one of the accounts", hint
            )


def _twice(
    document: YamlDocument, path: DataPath, names: list[str], key: str | None = None
) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        here = (*path, index, key) if key else (*path, index)
        line = document.where(here)[0]
        if name in first:
            message = (
                f"`{name}` is here for the second time; the first is in line {first[name]}"
            )
            yield document.complaint(here, "duplicate-name", message, "keep one of them")
        first.setdefault(name, line)


def _mx(spec: MigrationFile, side: str) -> list[MxHost]:
    return spec.systems.old.mx if side == "old" else spec.systems.new.mx


def _imap(spec: MigrationFile, side: str) -> ImapServer:
    return spec.systems.old.imap if side == "old" else spec.systems.new.imap


def _dns(document: YamlDocument, dns: DnsSettings) -> Iterator[Complaint]:
    if dns.driver != "rfc2136":
        return
    for key, value in (("server", dns.server), ("key", dns.key)):
        if value is None:
            message = f"driver rfc2136 wants `{key}:`"
            yield document.complaint(("dns", "driver"), "missing-key", message)


def _contacts(document: YamlDocument, spec: MigrationFile) -> Iterator[Complaint]:
    """Yield the contacts that are nothing but a mail address of a moving domain: gone when needed."""
    for key, person in spec.people.items():
        try:
            domain = mail_address((person.contact or "").strip()).rpartition("@")[2]
        except PydanticCustomError:
            continue
        if domain in spec.domains:
            message = f"`{key}` cannot be reached there while mail of {domain} does not work"
            hint = "write a phone number, a chat, or an address of another domain"
            yield document.complaint(("people", key, "contact"), "contact-moves", message, hint)


def _files(document: YamlDocument, spec: MigrationFile, base: Path) -> Iterator[Complaint]:
    """Yield the files that are not there; the CSV files are named when they are read."""
    wanted: list[tuple[DataPath, Path | None]] = [
        (("systems", "old", "imap", "ca"), spec.systems.old.imap.ca),
        (("systems", "new", "imap", "ca"), spec.systems.new.imap.ca),
        (("systems", "old", "sends", "sample"), spec.systems.old.sends.sample),
        (("systems", "new", "sends", "sample"), spec.systems.new.sends.sample),
        (("probe", "ca"), spec.probe.ca),
        *(
            (("checklists", i), None if name.startswith("builtin:") else Path(name))
            for i, name in enumerate(spec.checklists)
        ),
    ]
    for path, file in wanted:
        if file is not None and not _is_file(base / file):
            message = f"there is no file {file}"
            hint = "paths start at the folder of migration.yaml"
            yield document.complaint(path, "missing-file", message, hint)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name; a NUL
        return False


def _path_of(document: YamlDocument, parent: DataPath, name: str) -> DataPath:
    """Return the path of a key that was normalised (`Example.ORG`) since it was read."""
    keys = [p for p in document.nodes if p[:-1] == parent and len(p) == len(parent) + 1]
    return next((p for p in keys if str(p[-1]).lower() == name), (*parent, name))
