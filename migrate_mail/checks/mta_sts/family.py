"""The checks of the family `mta_sts`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.mta_sts.cover import covers_new, covers_old
from migrate_mail.checks.mta_sts.fetch import fetch
from migrate_mail.checks.mta_sts.host import host
from migrate_mail.checks.mta_sts.mx_cert import mx_cert
from migrate_mail.checks.mta_sts.order import order
from migrate_mail.checks.mta_sts.record import record

CHECKS: tuple[AnyCheck, ...] = (covers_new, covers_old, fetch, host, mx_cert, order, record)
