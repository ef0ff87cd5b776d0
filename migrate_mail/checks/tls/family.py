"""The checks of the family `tls`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.tls.cert import cert
from migrate_mail.checks.tls.starttls import starttls
from migrate_mail.checks.tls.versions import versions

CHECKS: tuple[AnyCheck, ...] = (cert, starttls, versions)
