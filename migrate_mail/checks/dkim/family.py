"""The checks of the family `dkim`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dkim.selectors import collision, selector, strength
from migrate_mail.checks.dkim.signature import signature

CHECKS: tuple[AnyCheck, ...] = (collision, selector, signature, strength)
