"""The checks of the family `mx`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.mx.public import public
from migrate_mail.checks.mx.record import only, record
from migrate_mail.checks.mx.subdomains import subdomains
from migrate_mail.checks.mx.targets import targets

CHECKS: tuple[AnyCheck, ...] = (only, public, record, subdomains, targets)
