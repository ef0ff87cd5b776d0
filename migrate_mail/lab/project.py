"""Writes the files that an admin would have: migration.yaml, the CSV files, secrets, the lab's CA."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from migrate_mail.lab.certs import ca_pem
from migrate_mail.lab.company import ALIASES, TSIG_KEY, Company, tsig_secret
from migrate_mail.lab.scene_zones import NEW_IP, OLD_IP
from migrate_mail.lab.signing import NEW_SELECTOR, OLD_SELECTOR, signed_message

_HEAD = """\
# The move of Lindenhof from oldhost to newhost: who moves, from where to where, how DNS is changed.
# Written by the lab of migrate-mail. Every server named here is a small one on 127.0.0.1; the table
# `connect` at the end says on which port. It lives as long as the lab does.
"""


def write_project(company: Company, folder: Path, *, secrets: str = "file") -> Path:
    """Write everything into a folder; returns the path of migration.yaml.

    secrets: `file` for references to files in secrets/, `env` for references to the variables
    that `environment` returns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.pem").write_bytes(ca_pem())
    (folder / "sample.eml").write_bytes(signed_message(company.domain))
    for name, value in _secrets(company).items():
        if secrets == "file":
            _write_secret(folder / "secrets" / name, value)
    _write(folder / "accounts.csv", _accounts(company, secrets))
    _write(folder / "addresses.csv", _addresses(company))
    path = folder / "migration.yaml"
    path.write_text(_HEAD + _yaml(company, secrets), encoding="utf-8")
    return path


def environment(company: Company) -> dict[str, str]:
    """Return the variables that a project with `env:` references needs."""
    return {_variable(name): value for name, value in _secrets(company).items()}


def _secrets(company: Company) -> dict[str, str]:
    found = {"tsig": tsig_secret()}
    for account in company.employees:
        local = account.address.partition("@")[0]
        found[f"old-{local}"] = account.old_password
        found[f"new-{local}"] = account.new_password
    return found


def _variable(name: str) -> str:
    return "LINDENHOF_" + name.replace("-", "_").upper()


def _reference(name: str, how: str) -> str:
    return f"file:secrets/{name}" if how == "file" else f"env:{_variable(name)}"


def _write_secret(path: Path, value: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(value + "\n", encoding="utf-8")


def _write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _accounts(company: Company, how: str) -> list[list[str]]:
    rows = [["address", "old_user", "old_secret", "new_user", "new_secret"]]
    for account in company.employees:
        local = account.address.partition("@")[0]
        old, new = _reference(f"old-{local}", how), _reference(f"new-{local}", how)
        rows.append([account.address, account.old_user, old, account.new_user, new])
    return rows


def _addresses(company: Company) -> list[list[str]]:
    rows = [["address", "kind", "target"]]
    rows += [[account.address, "mailbox", ""] for account in company.employees]
    for address, targets in ALIASES.items():
        kind = "alias" if len(targets) == 1 else "list"
        rows.append([address, kind, " ".join(targets)])
    return rows


def _saturday(today: date) -> date:
    """Return a Saturday at least a week away: nobody plans a cutover in the past."""
    return today + timedelta(days=7 + (5 - today.weekday()) % 7)


def _yaml(company: Company, how: str) -> str:
    old, new = company.old, company.new
    connect = "".join(f'  "{name}": "{to}"\n' for name, to in company.connect().items())
    return f"""\
schema: migrate-mail/migration/v1
name: Lindenhof moves to newhost
ticket: LAB-1

domains: [{company.domain}]
systems:
  old:
    mx: [{{host: {old.mx_host}, preference: 10}}]
    imap: {{host: {old.imap_host}, port: 993, ca: ca.pem}}
    submission: {{host: {old.imap_host}, port: 465, ca: ca.pem}}
    sends: {{addresses: [{OLD_IP}], helo: [{old.mx_host}], selectors: [{OLD_SELECTOR}]}}
  new:
    mx: [{{host: {new.mx_host}, preference: 10}}]
    imap: {{host: {new.imap_host}, port: 993, ca: ca.pem}}
    submission: {{host: {new.imap_host}, port: 465, ca: ca.pem}}
    sends: {{addresses: [{NEW_IP}], helo: [{new.mx_host}], selectors: [{NEW_SELECTOR}], sample: sample.eml}}

accounts: accounts.csv
addresses: addresses.csv
people:
  mail-admin: {{name: Mia Berger, contact: "+49 30 5550 101"}}
  dns-admin: {{name: Jonas Weiss, contact: "+49 30 5550 102"}}

cutover: {{at: "{_saturday(datetime.now(UTC).date())}T06:00:00+01:00", window: 4h}}

dns:
  driver: rfc2136
  server: {company.ns1.name}
  ttl: 300
  key:
    name: {TSIG_KEY.rstrip(".")}
    algorithm: hmac-sha256
    secret: {_reference("tsig", how)}

probe:
  sender: {company.probe_sender}
  helo: probe.it-service.example
  ca: ca.pem
  canary: {{{company.domain}: anna@{company.domain}}}
  within: 30s

resolvers: ["127.0.0.1:{company.resolver.port}"]
checklists: ["builtin:core"]

connect:
{connect}"""
