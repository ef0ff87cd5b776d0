"""The checks of the family `ip`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.ip.egress import egress
from migrate_mail.checks.ip.lists import blocklists
from migrate_mail.checks.ip.reverse import helo, reverse

CHECKS: tuple[AnyCheck, ...] = (blocklists, egress, helo, reverse)
