"""The checks of the family `decommission`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.decommission.leftovers import leftovers
from migrate_mail.checks.decommission.time import time

CHECKS: tuple[AnyCheck, ...] = (leftovers, time)
