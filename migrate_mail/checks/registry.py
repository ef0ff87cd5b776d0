"""Every check there is, by id, in alphabetical order. A new check is added here."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.dns_mx import mx_published, resolvers
from migrate_mail.checks.dns_servers import servers
from migrate_mail.checks.dns_ttl import ttl
from migrate_mail.checks.imap_login import login
from migrate_mail.checks.imap_parity import parity
from migrate_mail.checks.imap_stragglers import stragglers
from migrate_mail.checks.mail_by_mx import by_mx
from migrate_mail.checks.mail_direct import direct
from migrate_mail.checks.mx_targets import targets
from migrate_mail.checks.smtp_reach import reach
from migrate_mail.checks.smtp_recipients import recipients

CHECKS: dict[str, AnyCheck] = {
    "dns.mx_published": mx_published,
    "dns.resolvers": resolvers,
    "dns.servers": servers,
    "dns.ttl": ttl,
    "imap.login": login,
    "imap.parity": parity,
    "imap.stragglers": stragglers,
    "mail.by_mx": by_mx,
    "mail.direct": direct,
    "mx.targets": targets,
    "smtp.reach": reach,
    "smtp.recipients": recipients,
}
