"""The checks of the family `mail`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.mail.by_mx import by_mx
from migrate_mail.checks.mail.direct import direct
from migrate_mail.checks.mail.from_new import from_new
from migrate_mail.checks.mail.old_route import old_route

CHECKS: tuple[AnyCheck, ...] = (
    by_mx,
    direct,
    from_new,
    old_route,
)
