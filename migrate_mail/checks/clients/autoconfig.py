"""Whether the file that mail programs configure themselves from names the old servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as Xml
from defusedxml.common import DefusedXmlException

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.clients.old import Belongings, old_of
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import locate
from migrate_mail.checks.views import view_of
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.https import Request
from migrate_mail.net.https_facts import HttpsFacts

PATH = "/mail/config-v1.1.xml"
_REFS = ("Internet-Draft draft-ietf-mailmaint-autoconfig",)


def servers_in(body: bytes) -> list[str]:
    """Return the host names in an autoconfig file; ValueError when it is none. PURE."""
    try:
        root: Element = Xml.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise ValueError(f"it is no XML: {exc}") from None
    if root.tag != "clientConfig":
        raise ValueError(f"it is <{root.tag}>, not <clientConfig>")
    return [(e.text or "").strip().lower() for e in root.iter("hostname")]


@check(
    "clients.autoconfig",
    title="The autoconfig file does not name old",
    about=About(
        looks=f"https://autoconfig.<domain>{PATH}, at every address of that host: the servers that it names",
        matters="Thunderbird and others set new accounts up from it: against the old server, if nobody changed it.",
        mend="Put the hosts of new into the file on the day of the switch.",
        refs=_REFS,
    ),
    params=ZoneParams,
    each=("domains",),
)
def autoconfig(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Fetch the file from each address."""
    view = view_of(context, params.zone)
    old = old_of(context, view)

    def look(domain: str) -> Iterator[Finding]:
        host = f"autoconfig.{domain}"
        found = locate(view, host)
        if not found.ips:
            args = {"text": f"there is no {host}"}
            yield Finding("AUTOCONFIG_NONE", Outcome.SKIP, domain, args=args, evidence=found.evidence)  # fmt: skip
            return
        request = Request(f"{PATH}?emailaddress=postmaster@{domain}")
        for endpoint in context.dns.routed(host, found.ips, 443):
            yield _judged(domain, old, context.https.ask(endpoint, request))

    def safely(domain: str) -> Iterator[Finding]:
        try:
            yield from look(domain)
        except NetError as error:
            args = {"text": error.text}
            yield Finding("AUTOCONFIG_NOT_SEEN", Outcome.UNKNOWN, domain, args=args)

    yield from one_by_one(context.domains(), safely, what="domains")


def _judged(domain: str, old: Belongings, facts: HttpsFacts) -> Finding:
    where = str(facts.endpoint)
    if facts.failure is not None or facts.status != 200:
        text = (
            facts.failure.text if facts.failure is not None else f"HTTP status {facts.status}"
        )
        return Finding(
            "AUTOCONFIG_NOT_SEEN", Outcome.UNKNOWN, domain, where, args={"text": text}
        )
    try:
        hosts = servers_in(facts.body)
    except ValueError as exc:
        return Finding(
            "AUTOCONFIG_NOT_SEEN", Outcome.UNKNOWN, domain, where, args={"text": str(exc)}
        )
    return _named(domain, where, hosts, [h for h in hosts if old.names(h)])


def _named(domain: str, where: str, hosts: Sequence[str], bad: Sequence[str]) -> Finding:
    return Finding(
        "AUTOCONFIG_AT_OLD" if bad else "AUTOCONFIG_GOOD",
        Outcome.FAIL if bad else Outcome.PASS,
        domain,
        where,
        args={"hosts": tuple(bad or hosts)},
        evidence=tuple(f"<hostname>{host}</hostname>" for host in hosts),
        fix=f"put the hosts of new into {PATH} at autoconfig.{domain}" if bad else None,
        refs=_REFS if bad else (),
    )
