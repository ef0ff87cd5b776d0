"""The checks of the family `smtp`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.smtp.egress import egress
from migrate_mail.checks.smtp.extensions import extensions, size
from migrate_mail.checks.smtp.greeting import greeting
from migrate_mail.checks.smtp.greylisting import greylisting
from migrate_mail.checks.smtp.manners import catch_all, null_sender, postmaster, spellings
from migrate_mail.checks.smtp.reach import reach
from migrate_mail.checks.smtp.recipients import recipients
from migrate_mail.checks.smtp.relay import relay
from migrate_mail.checks.smtp.steady import steady
from migrate_mail.checks.smtp.uniform import uniform

CHECKS: tuple[AnyCheck, ...] = (
    catch_all,
    egress,
    extensions,
    greeting,
    greylisting,
    null_sender,
    postmaster,
    reach,
    recipients,
    relay,
    size,
    spellings,
    steady,
    uniform,
)
