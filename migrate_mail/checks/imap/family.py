"""The checks of the family `imap`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.imap.capabilities import capabilities
from migrate_mail.checks.imap.login import login
from migrate_mail.checks.imap.parity import parity
from migrate_mail.checks.imap.room import room
from migrate_mail.checks.imap.stragglers import stragglers
from migrate_mail.checks.imap.unlisted import unlisted

CHECKS: tuple[AnyCheck, ...] = (
    login,
    capabilities,
    room,
    parity,
    stragglers,
    unlisted,
)
