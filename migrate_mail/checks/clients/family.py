"""The checks of the family `clients`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.clients.autoconfig import autoconfig
from migrate_mail.checks.clients.autodiscover import autodiscover
from migrate_mail.checks.clients.certificate import certificate
from migrate_mail.checks.clients.names import names, srv
from migrate_mail.checks.clients.submission import submission

CHECKS: tuple[AnyCheck, ...] = (
    autoconfig,
    autodiscover,
    certificate,
    names,
    srv,
    submission,
)
