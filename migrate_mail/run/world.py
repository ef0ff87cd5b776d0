"""Everything that reaches out, put together from migration.yaml once for each run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrate_mail.errors import SecretError
from migrate_mail.finding import Clock, utc_now
from migrate_mail.inventory.model import Inventory, Login
from migrate_mail.inventory.secrets import Secrets
from migrate_mail.net.dns import Dns
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes, split_host_port
from migrate_mail.net.smtp import SmtpDialer
from migrate_mail.secret import Secret
from migrate_mail.state.store import STATE_NAME


@dataclass(frozen=True, slots=True)
class World:
    """The dialers and the clock of one run."""

    inventory: Inventory
    dns: Dns
    smtp: SmtpDialer
    imap: ImapDialer
    secrets: Secrets
    clock: Clock
    wait: Callable[[float], None]

    def secret(self, login: Login) -> Secret:
        """Return the secret of a login, resolved now and not before."""
        if login.secret is None or login.oauth is not None:
            raise SecretError(f"{login.user}: there is nobody yet who gets tokens")
        return self.secrets.get(login.secret, anew=login.way in {"xoauth2", "oauthbearer"})


def state_path(inventory: Inventory) -> Path:
    """Return where the state file of a migration lies."""
    return inventory.base / STATE_NAME


def open_world(
    inventory: Inventory, *, clock: Clock = utc_now, ask: Callable[[str], str] | None = None
) -> World:
    """Build the dialers; nothing is dialled yet."""
    spec = inventory.spec
    routes, limits = Routes(spec.connect), HostLimits()
    resolvers = [split_host_port(text, 53) for text in spec.resolvers]
    ca = inventory.base / spec.probe.ca if spec.probe.ca else None
    return World(
        inventory=inventory,
        dns=Dns(resolvers=resolvers, routes=routes, clock=clock),
        smtp=SmtpDialer(helo=spec.probe.helo, sender=spec.probe.sender, ca=ca, limits=limits),
        imap=ImapDialer(routes=routes, limits=limits),
        secrets=Secrets(inventory.base, environ=os.environ, ask=ask),
        clock=clock,
        wait=time.sleep,  # noqa: TID251 - here is where the real clock comes in
    )
