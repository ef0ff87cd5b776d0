"""Writes what the admin of this world would write: migration.yaml, its CSV files, the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from real.servers.knot import KEY_NAME
from real.servers.world import (
    ALIASES,
    DOMAIN,
    NEW_PASSWORDS,
    OLD_PASSWORDS,
    PLACES,
    SPARES,
    TTL,
    World,
)

BY_ENVIRONMENT = f"dora@{DOMAIN}"
"""Whose passwords come from the environment; those of the others are in files."""

MIGRATION = """\
schema: migrate-mail/migration/v1
name: Lindenhof moves from oldhost to newhost
ticket: CHG-77

domains: [{domain}]

people:
  mail-admin: {{name: Anna Bauer, contact: "+41 00 000 00 01"}}
  dns-admin: {{name: Ben Keller, contact: "+41 00 000 00 02"}}

systems:
  old:
    mx:
      - {{host: mx.oldhost.test, preference: 10}}
    imap:
      host: imap.oldhost.test
      ca: {ca}
      secret: "file:secrets/old/${{address}}"
    submission: {{host: imap.oldhost.test, ca: {ca}}}
  new:
    mx:
      - {{host: mx1.newhost.test, preference: 10}}
      - {{host: mx2.newhost.test, preference: 20}}
    imap:
      host: imap.newhost.test
      ca: {ca}
      secret: "file:secrets/new/${{address}}"
    submission: {{host: imap.newhost.test, ca: {ca}}}

accounts: accounts.csv
addresses: addresses.csv

probe:
  sender: probe@outside.test
  helo: probe.outside.test
  ca: {ca}
  canary: {{{domain}: {canary}}}
  within: 20s

dns:
  driver: rfc2136
  server: {primary}
  key: {{name: {key}, algorithm: hmac-sha256, secret: "file:secrets/tsig"}}
  ttl: {ttl}

resolvers: ["{resolver}"]

# The system's resolver knows nothing of this world; MX hosts are looked up for real.
connect:
  "imap.oldhost.test:993": "{old}:993"
  "imap.oldhost.test:465": "{old}:465"
  "imap.newhost.test:993": "{new}:993"
  "imap.newhost.test:465": "{new}:465"

checklists: [builtin:core]
"""


def write_project(
    world: World, folder: Path, *, moves: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Write a folder to run the commands in; return the environment that they need.

    moves: which accounts, by address, with the login at new; by default all to their own.
    """
    logins = moves if moves is not None else {user: user for user in OLD_PASSWORDS}
    _write_migration(world, folder, canary=next(iter(logins)))
    _write_secret(folder / "secrets" / "tsig", world.knot.secret)
    rows = ["address,old_user,new_user,old_secret,new_secret"]
    for address, login in logins.items():
        _write_secret(folder / "secrets/old" / address, OLD_PASSWORDS[address])
        _write_secret(
            folder / "secrets/new" / address, {**NEW_PASSWORDS, **SPARES, **PLACES}[login]
        )
        where = "env:OLD_SECRET,env:NEW_SECRET" if address == BY_ENVIRONMENT else ","
        rows.append(f"{address},,{login if login != address else ''},{where}")
    (folder / "accounts.csv").write_text("\n".join(rows) + "\n")
    aliases = [f"{alias},alias,{target}" for alias, target in ALIASES.items()]
    (folder / "addresses.csv").write_text("\n".join(["address,kind,target", *aliases]) + "\n")
    return {
        "OLD_SECRET": OLD_PASSWORDS[BY_ENVIRONMENT],
        "NEW_SECRET": NEW_PASSWORDS[BY_ENVIRONMENT],
    }


def secrets_of(world: World) -> set[str]:
    """Return everything that must never be seen in output, state or reports."""
    return {world.knot.secret, *OLD_PASSWORDS.values(), *NEW_PASSWORDS.values()}


def _write_migration(world: World, folder: Path, *, canary: str) -> None:
    network = world.network
    text = MIGRATION.format(
        domain=DOMAIN,
        ca=world.certificates.ca,
        canary=canary,
        primary=network.name_servers[0],
        key=KEY_NAME,
        ttl=TTL,
        resolver=network.resolver,
        old=network.old,
        new=network.new,
    )
    (folder / "migration.yaml").write_text(text)


def _write_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(secret + "\n", encoding="utf-8")
    path.chmod(0o600)
