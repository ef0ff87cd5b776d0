"""The checks of the family `tlsrpt`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.tlsrpt.record import record

CHECKS: tuple[AnyCheck, ...] = (record,)
