"""Whether subdomains get their mail at old as well: those are forgotten most."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dns.wildcard import NOBODYS_LABEL
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.routes import bare_host

USUAL_SUBDOMAINS = (
    "list",
    "lists",
    "mailman",
    "news",
    "newsletter",
    "mail",
    "mx",
    "support",
    "helpdesk",
    "tickets",
    "bounce",
    "bounces",
    "shop",
    "www",
)
"""Labels under which mailing lists, ticket systems and shops get mail. Others cannot be guessed."""
_REFS = ("RFC 5321 section 5.1",)


class SubdomainParams(ZoneParams):
    """Which subdomains are looked up."""

    names: tuple[str, ...] = Field(
        default=(), description="further labels below each domain, such as `erp`"
    )


@check(
    "mx.subdomains",
    title="No subdomain gets its mail at old",
    about=About(
        looks="MX records of list, lists, newsletter, support and their like below each domain, and of a name that does not exist, in the zone as it will be (or is): whether they name MX hosts of old; subdomains that move themselves are left out",
        matters="The mailing list or the ticket system has an MX record of its own. Nobody moves it, and its mail ends the day old is switched off.",
        mend="List the subdomain under `domains` of migration.yaml so that it moves too, or let its MX records name new.",
        refs=_REFS,
    ),
    params=SubdomainParams,
    each=("domains",),
)
def subdomains(context: Context, params: SubdomainParams) -> Iterator[Finding]:
    """Look each usual name up."""
    view = view_of(context, params.zone)
    old, new = (
        {bare_host(mx.host) for mx in system_of(context, side).mx} for side in ("old", "new")
    )
    moving = set(context.inventory.spec.domains)

    def look(domain: str) -> Iterator[Finding]:
        there: list[str] = []
        silent: list[DnsAnswer] = []
        for label in dict.fromkeys((NOBODYS_LABEL, *USUAL_SUBDOMAINS, *params.names)):
            name = f"{label}.{domain}".lower()
            if name in moving:
                continue
            answer = view.look(name, "MX")
            if answer.silent:
                silent.append(answer)
            elif answer.records:
                there.append(_shown(name))
                yield from _judged(view, name, answer, old - new)
        yield from not_answered(silent)
        if not silent:
            args = {"names": tuple(there) or ("none",)}
            yield Finding("SUBDOMAINS_LOOKED_AT", Outcome.PASS, domain, args=args)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(view: View, name: str, answer: DnsAnswer, old: set[str]) -> Iterator[Finding]:
    bad = tuple(r for r in answer.records if bare_host(r.split()[-1]) in old)
    if not bad:
        return
    shown = _shown(name)
    yield Finding(
        "SUBDOMAIN_AT_OLD",
        Outcome.FAIL,
        shown,
        view.vantage(answer),
        args={"records": bad},
        evidence=as_zone(answer),
        fix=f"add {shown} to `domains` of migration.yaml with its addresses, or publish an MX record of new for it"
        if shown == name
        else f"take the wildcard {shown} out of the zone, or let it name new",
        refs=_REFS,
    )


def _shown(name: str) -> str:
    """Return the name as people know it: what nobody has is there by a wildcard."""
    return name.replace(NOBODYS_LABEL, "*")
