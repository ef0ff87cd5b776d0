"""The checks of the family `mx`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.mx.targets import targets

CHECKS: tuple[AnyCheck, ...] = (targets,)
