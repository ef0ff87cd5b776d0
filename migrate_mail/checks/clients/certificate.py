"""Whether new has certificates for the names that mail programs go on using."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import could_not_look, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import locate
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.facts import Endpoint, TlsFacts
from migrate_mail.net.routes import bare_host

_TO_READ = ("mail", "imap", "pop", "pop3")
"""Labels under which mail programs fetch mail."""
_REFS = ("RFC 8314 section 4.4", "RFC 6125 section 6.4")


class ClientCertParams(ZoneParams):
    """Which names, and how long a certificate must still be good."""

    names: tuple[str, ...] = Field(
        default=(), description="further names that people have typed into mail programs"
    )
    days: int = Field(
        default=14, ge=0, le=397, description="days for which a certificate must still be good"
    )


@check(
    "clients.certificate",
    title="New has certificates for the names that mail programs use",
    about=About(
        looks="mail, imap, pop and pop3 of each domain and the IMAP host of old, where they lead to new in the zone as it will be (or is): the certificate that the IMAP server of new shows for them",
        matters="Phones keep the old names. When such a name leads to a server without a certificate for it, every phone warns, and people are taught to click warnings away.",
        mend="Get a certificate that has the names as well, or let the server choose by SNI.",
        refs=_REFS,
    ),
    params=ClientCertParams,
    each=("domains",),
)
def certificate(context: Context, params: ClientCertParams) -> Iterator[Finding]:
    """Shake hands with new for each name that leads there."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        theirs = locate(view, _host(context)).ips
        there = False
        for name in _names(context, params, domain):
            try:
                ips = _ips(view, name)
            except NetError as error:
                there = True
                yield could_not_look(error, name)
                continue
            mine = [ip for ip in theirs if ip in ips]
            there |= bool(mine)
            for endpoint in context.dns.routed(_host(context), mine, _port(context)):
                yield _judged(context, params, replace(endpoint, host=name))
        if not there:
            yield Finding(
                "CLIENT_CERT_NO_NAME", Outcome.SKIP, domain, args={"zone": params.zone}
            )

    yield from one_by_one(context.domains(), look, what="domains")


def _host(context: Context) -> str:
    return bare_host(system_of(context, "new").imap.host)


def _port(context: Context) -> int:
    return system_of(context, "new").imap.port


def _names(context: Context, params: ClientCertParams, domain: str) -> list[str]:
    """Return the names below a domain that may lead to new."""
    usual = [f"{label}.{domain}" for label in _TO_READ]
    further = [system_of(context, "old").imap.host, *params.names]
    below = [name for name in map(bare_host, further) if name.endswith(f".{domain}")]
    return list(dict.fromkeys([*usual, *below]))


def _ips(view: View, name: str) -> tuple[str, ...]:
    """Return the addresses of a name, of what it is an alias for if it is one."""
    found = locate(view, name)
    return locate(view, found.alias).ips if found.alias and not found.ips else found.ips


def _judged(context: Context, params: ClientCertParams, endpoint: Endpoint) -> Finding:
    imap = system_of(context, "new").imap
    if imap.tls == "none":
        return Finding("CLIENT_CERT_NO_TLS", Outcome.FAIL, endpoint.host, str(endpoint), fix="offer TLS to mail programs: `tls: implicit` on port 993", refs=_REFS)  # fmt: skip
    ca = context.inventory.base / imap.ca if imap.ca else None
    try:
        seen = context.imap.certificate(endpoint, ca, starttls=imap.tls == "starttls")
    except NetError as error:
        return could_not_look(error, endpoint.host)
    return _said(context, params, endpoint, seen)


def _said(
    context: Context, params: ClientCertParams, endpoint: Endpoint, seen: TlsFacts
) -> Finding:
    name, where = endpoint.host, str(endpoint)
    until = f"{seen.not_after:%Y-%m-%d %H:%M} UTC" if seen.not_after else "?"
    if seen.problem is not None:
        return Finding(
            "CLIENT_CERT_DISTRUSTED",
            Outcome.FAIL,
            name,
            where,
            args={"problem": seen.problem, "names": seen.names},
            fix=f"get a certificate for {name} as well, and install it at {where}",
            refs=_REFS,
        )
    if seen.not_after and seen.not_after < context.clock() + timedelta(days=params.days):
        return Finding(
            "CLIENT_CERT_ENDS",
            Outcome.FAIL,
            name,
            where,
            args={"until": until, "days": params.days},
            fix=f"renew the certificate for {name} now, and see why it was not renewed by itself",
            refs=_REFS,
        )
    return Finding("CLIENT_CERT_GOOD", Outcome.PASS, name, where, args={"names": seen.names, "until": until})  # fmt: skip
