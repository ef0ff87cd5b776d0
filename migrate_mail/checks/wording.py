"""What a finding says in a sentence: one template for each tag, filled from its arguments. PURE."""

from __future__ import annotations

from typing import Any

from migrate_mail.checks.clients.words import WORDING as CLIENTS
from migrate_mail.checks.contacts.words import WORDING as CONTACTS
from migrate_mail.checks.dane.words import WORDING as DANE
from migrate_mail.checks.decommission.words import WORDING as DECOMMISSION
from migrate_mail.checks.dkim.words import WORDING as DKIM
from migrate_mail.checks.dmarc.words import WORDING as DMARC
from migrate_mail.checks.dns.words import WORDING as DNS
from migrate_mail.checks.drain.words import WORDING as DRAIN
from migrate_mail.checks.imap.words import WORDING as IMAP
from migrate_mail.checks.ip.words import WORDING as IP
from migrate_mail.checks.mail.words import WORDING as MAIL
from migrate_mail.checks.mta_sts.words import WORDING as MTA_STS
from migrate_mail.checks.mx.words import WORDING as MX
from migrate_mail.checks.rollback.words import WORDING as ROLLBACK
from migrate_mail.checks.smtp.words import WORDING as SMTP
from migrate_mail.checks.spf.words import WORDING as SPF
from migrate_mail.checks.tls.words import WORDING as TLS
from migrate_mail.checks.tlsrpt.words import WORDING as TLSRPT
from migrate_mail.finding import Finding

_SHARED: dict[str, str] = {
    "CHECK_BROKEN": "the check {subject} broke ({error} in {place}); this is a bug of migrate-mail",
    "COMMAND_EXIT": "{subject} ended with exit status {code}",
    "COMMAND_NOT_RUN": "{subject} could not be run: {text}",
    "COMMAND_TIMEOUT": "{subject} did not end within {seconds} s",
    "COULD_NOT_LOOK": "{subject} could not be looked at: {phase}: {text}",
    "NOTHING_TO_LOOK_AT": "there are no {subject} to look at",
    "NOT_ANSWERED": "{subject} is not known: the name server gives no answer ({status}: {text})",
    "STEP_TIMEOUT": "the step did not end within {seconds} s and was left behind",
}

_FAMILIES = (
    CLIENTS, CONTACTS, DANE, DECOMMISSION, DKIM, DMARC, DNS, DRAIN, IMAP, IP, MAIL, MX, MTA_STS,
    ROLLBACK, SMTP, SPF, TLS, TLSRPT,
)  # fmt: skip
WORDING: dict[str, str] = {t: w for words in (_SHARED, *_FAMILIES) for t, w in words.items()}


class _Words(dict[str, str]):
    """What is filled in; what is not there is shown as `?`, so that a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(finding: Finding) -> str:
    """Return what was found as one sentence without full stop; unknown tags stay readable."""
    template = WORDING.get(finding.tag)
    if template is None:
        return _fallback(finding)
    values = {**finding.args, "subject": finding.subject, "vantage": finding.vantage}
    return _tidy(template.format_map(_Words({k: _plain(v) for k, v in values.items()})))


def told(finding: Finding) -> str:
    """Return the sentence of a finding so that it stands alone: it says what it is about."""
    words = sentence(finding)
    return words if finding.subject in words else f"{finding.subject}: {words}"


def _fallback(finding: Finding) -> str:
    words = finding.tag.replace("_", " ").lower()
    told = ", ".join(f"{name} {_plain(value)}" for name, value in finding.args.items())
    return f"{finding.subject}: {words}" + (f" ({told})" if told else "")


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "?" if value is None else str(value)


def _tidy(text: str) -> str:
    """Drop what an empty argument leaves behind."""
    return text.replace(": : ", ": ").removesuffix(": ").removesuffix("; none")
