"""The checks of the family `dmarc`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dmarc.alignment import alignment
from migrate_mail.checks.dmarc.record import record
from migrate_mail.checks.dmarc.reports import reports

CHECKS: tuple[AnyCheck, ...] = (alignment, record, reports)
