"""The addresses and EHLO names that a system sends with, as migration.yaml names them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import Context
from migrate_mail.checks.spots import system_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.sending import Sending
from migrate_mail.state.records import MailboxSide


def sending_of(context: Context, side: MailboxSide) -> Sending:
    """Return from where a system sends."""
    return system_of(context, side).sends


def not_told(side: MailboxSide, what: str) -> Iterator[Finding]:
    """Give the finding for a system of which nobody wrote down how it sends."""
    yield Finding(
        "SENDING_NOT_TOLD",
        Outcome.SKIP,
        f"the {side} system",
        args={"text": f"migration.yaml does not say {what}"},
        fix=f"systems.{side}.sends: {{addresses: [192.0.2.1], helo: [mail.example.org]}} in migration.yaml",
    )
