"""Everything that reaches out, put together from migration.yaml once for each run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from migrate_mail.errors import SecretError
from migrate_mail.finding import Clock, utc_now
from migrate_mail.inventory.model import Inventory, Login
from migrate_mail.inventory.secrets import Secrets
from migrate_mail.net.imap import ImapDialer
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes, split_host_port
from migrate_mail.oauth.tokens import Tokens
from migrate_mail.secret import Secret
from migrate_mail.state.store import STATE_NAME

if TYPE_CHECKING:
    from migrate_mail.net.dns import Dns
    from migrate_mail.net.facts import Endpoint
    from migrate_mail.net.https import HttpsDialer
    from migrate_mail.net.smtp import SmtpDialer
    from migrate_mail.net.transcript import Line


@dataclass(frozen=True)
class World:
    """The dialers and the clock of one run. What a command does not use is not even imported."""

    inventory: Inventory
    imap: ImapDialer
    limits: HostLimits
    secrets: Secrets
    tokens: Tokens
    clock: Clock
    wait: Callable[[float], None]

    @cached_property
    def dns(self) -> Dns:
        """Asks name servers and resolvers."""
        from migrate_mail.net.dns import Dns

        spec = self.inventory.spec
        return Dns(
            resolvers=[split_host_port(text, 53) for text in spec.resolvers],
            validating=[split_host_port(text, 53) for text in spec.validating],
            routes=Routes(spec.connect),
            clock=self.clock,
        )

    @cached_property
    def smtp(self) -> SmtpDialer:
        """Speaks to MX hosts."""
        from migrate_mail.net.smtp import SmtpDialer

        probe = self.inventory.spec.probe
        return SmtpDialer(helo=probe.helo, sender=probe.sender, ca=self._ca, limits=self.limits)

    @cached_property
    def https(self) -> HttpsDialer:
        """Asks web servers."""
        from migrate_mail.net.https import HttpsDialer

        return HttpsDialer(ca=self._ca, limits=self.limits)

    @property
    def _ca(self) -> Path | None:
        ca = self.inventory.spec.probe.ca
        return self.inventory.base / ca if ca else None

    def secret(self, login: Login) -> Secret:
        """Return the password or token of a login, resolved now and not before."""
        if login.oauth is not None:
            return self.tokens.get(login)
        if login.secret is None:
            raise SecretError(f"{login.user} has no secret")
        # A token that comes from elsewhere is renewed there.
        return self.secrets.get(login.secret, anew=login.way in {"xoauth2", "oauthbearer"})

    def renewed(self, login: Login, refused: Secret) -> Secret:
        """Return another token than the one that a mail server refused; the same where there is none."""
        if login.oauth is None:
            return self.secret(login)
        return self.tokens.get(login, refused=refused)


def state_path(inventory: Inventory) -> Path:
    """Return where the state file of a migration lies."""
    return inventory.base / STATE_NAME


def open_world(
    inventory: Inventory,
    *,
    clock: Clock = utc_now,
    ask: Callable[[str], str] | None = None,
    tell: Callable[[str], None] | None = None,
    transcript: Path | None = None,
) -> World:
    """Build the dialers; nothing is dialled yet. ask, tell: for the person at the terminal, if any.

    transcript: a file for what is said to IMAP servers and by them.
    """
    routes, limits = Routes(inventory.spec.connect), HostLimits()
    secrets = Secrets(inventory.base, environ=os.environ, ask=ask)
    return World(
        inventory=inventory,
        imap=ImapDialer(routes=routes, limits=limits, trace=_trace(transcript, clock)),
        limits=limits,
        secrets=secrets,
        tokens=Tokens(partial(secrets.get, lines=True), tell=tell),
        clock=clock,
        wait=time.sleep,  # noqa: TID251 - here is where the real clock comes in
    )


def _trace(path: Path | None, clock: Clock) -> Callable[[Endpoint], Line] | None:
    if path is None:
        return None
    from migrate_mail.net.transcript import Transcript

    return Transcript(path, clock).connection
