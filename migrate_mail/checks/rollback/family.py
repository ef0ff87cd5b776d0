"""The checks of the family `rollback`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.rollback.ready import ready

CHECKS: tuple[AnyCheck, ...] = (ready,)
