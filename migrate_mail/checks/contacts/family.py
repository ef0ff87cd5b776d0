"""The checks of the family `contacts`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.contacts.people import people, zone

CHECKS: tuple[AnyCheck, ...] = (people, zone)
