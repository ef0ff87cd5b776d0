"""The checks of the family `dns`."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dns.agreement import rrsets_agree, ttl_uniform
from migrate_mail.checks.dns.caa import caa
from migrate_mail.checks.dns.delegation import delegation
from migrate_mail.checks.dns.dnssec import dnssec, ds
from migrate_mail.checks.dns.earliest import cutover_earliest
from migrate_mail.checks.dns.horizon import split_horizon
from migrate_mail.checks.dns.in_flight import delegation_in_flight
from migrate_mail.checks.dns.published import mx_published, resolvers
from migrate_mail.checks.dns.registrar import registrar
from migrate_mail.checks.dns.servers import servers
from migrate_mail.checks.dns.snapshot import snapshot
from migrate_mail.checks.dns.soa import negative_ttl, soa_timers
from migrate_mail.checks.dns.ttl import ttl
from migrate_mail.checks.dns.wildcard import wildcard

CHECKS: tuple[AnyCheck, ...] = (
    caa,
    cutover_earliest,
    delegation,
    delegation_in_flight,
    dnssec,
    ds,
    mx_published,
    negative_ttl,
    registrar,
    resolvers,
    rrsets_agree,
    servers,
    snapshot,
    soa_timers,
    split_horizon,
    ttl,
    ttl_uniform,
    wildcard,
)
