"""Every check there is, by id, in alphabetical order. A new family is added here, a new check in its family."""

from __future__ import annotations

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.clients.family import CHECKS as CLIENTS
from migrate_mail.checks.contacts.family import CHECKS as CONTACTS
from migrate_mail.checks.dane.family import CHECKS as DANE
from migrate_mail.checks.decommission.family import CHECKS as DECOMMISSION
from migrate_mail.checks.dkim.family import CHECKS as DKIM
from migrate_mail.checks.dmarc.family import CHECKS as DMARC
from migrate_mail.checks.dns.family import CHECKS as DNS
from migrate_mail.checks.drain.family import CHECKS as DRAIN
from migrate_mail.checks.imap.family import CHECKS as IMAP
from migrate_mail.checks.ip.family import CHECKS as IP
from migrate_mail.checks.mail.family import CHECKS as MAIL
from migrate_mail.checks.mta_sts.family import CHECKS as MTA_STS
from migrate_mail.checks.mx.family import CHECKS as MX
from migrate_mail.checks.rollback.family import CHECKS as ROLLBACK
from migrate_mail.checks.smtp.family import CHECKS as SMTP
from migrate_mail.checks.spf.family import CHECKS as SPF
from migrate_mail.checks.tls.family import CHECKS as TLS
from migrate_mail.checks.tlsrpt.family import CHECKS as TLSRPT

FAMILIES: tuple[tuple[AnyCheck, ...], ...] = (
    CLIENTS,
    CONTACTS,
    DANE,
    DECOMMISSION,
    DKIM,
    DMARC,
    DNS,
    DRAIN,
    IMAP,
    IP,
    MAIL,
    MX,
    MTA_STS,
    ROLLBACK,
    SMTP,
    SPF,
    TLS,
    TLSRPT,
)

CHECKS: dict[str, AnyCheck] = {
    check.id: check
    for check in sorted((c for family in FAMILIES for c in family), key=lambda c: c.id)
}
