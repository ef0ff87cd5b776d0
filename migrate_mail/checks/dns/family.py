"""The checks of the family `dns`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dns.earliest import cutover_earliest
from migrate_mail.checks.dns.published import mx_published, resolvers
from migrate_mail.checks.dns.servers import servers
from migrate_mail.checks.dns.ttl import ttl

CHECKS: tuple[AnyCheck, ...] = (
    cutover_earliest,
    mx_published,
    resolvers,
    servers,
    ttl,
)
