"""The checks of the family `spf`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.spf.policy import limits, record
from migrate_mail.checks.spf.senders import new_pass, old_pass

CHECKS: tuple[AnyCheck, ...] = (limits, new_pass, old_pass, record)
