"""The checks of the family `smtp`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.smtp.reach import reach
from migrate_mail.checks.smtp.recipients import recipients

CHECKS: tuple[AnyCheck, ...] = (
    reach,
    recipients,
)
