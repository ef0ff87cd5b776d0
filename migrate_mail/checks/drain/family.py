"""The checks of the family `drain`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.drain.old import old_accepts
from migrate_mail.checks.drain.trust import trust

CHECKS: tuple[AnyCheck, ...] = (
    old_accepts,
    trust,
)
