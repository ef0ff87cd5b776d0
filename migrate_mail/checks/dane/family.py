"""The checks of the family `dane`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dane.match import match
from migrate_mail.checks.dane.records import records
from migrate_mail.checks.dane.timing import timing

CHECKS: tuple[AnyCheck, ...] = (match, records, timing)
