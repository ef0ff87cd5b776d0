"""Who serves the policy: a policy host on the old server ends with it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import could_not_look, not_answered, one_by_one
from migrate_mail.checks.mta_sts.use import Use, not_used, use_of
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import locate
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome


@check(
    "mta_sts.host",
    title="The host of the MTA-STS policy does not end with the old server",
    about=About(
        looks="the addresses and the alias of mta-sts.<domain>, compared with those of the MX and IMAP hosts of the old system",
        matters="When the old server is switched off, a policy on it is gone. Senders then keep the last one that they saw, or have none.",
        mend="Serve the policy from a host that stays, then point mta-sts.<domain> to it.",
        refs=("RFC 8461 section 3.3",),
    ),
    params=ZoneParams,
    each=("domains",),
)
def host(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Compare the policy host with the hosts of old."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        use = use_of(view, domain)
        if not use.used:
            yield not_used(domain)
        elif not use.host.ips:
            yield from not_answered(use.voices.silent)
            yield from _nowhere(use)
        else:
            yield from _compared(context, view, use)

    yield from one_by_one(context.domains(), look, what="domains")


def _nowhere(use: Use) -> Iterator[Finding]:
    if use.records:
        yield Finding(
            "STS_HOST_NOWHERE",
            Outcome.UNKNOWN,
            use.domain,
            args={"host": use.host.host, "text": "it has no address"},
            evidence=use.host.evidence,
        )


def _compared(context: Context, view: View, use: Use) -> Iterator[Finding]:
    old = system_of(context, "old")
    shared: list[str] = []
    unseen = False
    for name in dict.fromkeys([*(mx.host for mx in old.mx), old.imap.host]):
        try:
            found = locate(view, name.rstrip("."))
        except NetError as error:
            unseen = True
            yield could_not_look(error, name)
            continue
        if set(found.ips) & set(use.host.ips) or use.host.alias == found.host:
            shared.append(found.host)
    if shared:
        yield _at_old(use, tuple(shared))
    elif not unseen:
        yield Finding(
            "STS_HOST_STAYS",
            Outcome.PASS,
            use.domain,
            args={"host": use.host.host, "addresses": use.host.ips},
            evidence=use.host.evidence,
        )


def _at_old(use: Use, shared: tuple[str, ...]) -> Finding:
    host = use.host.host
    return Finding(
        "STS_HOST_AT_OLD",
        Outcome.FAIL,
        use.domain,
        args={"host": host, "addresses": use.host.ips, "shared": shared},
        evidence=use.host.evidence,
        fix=f"serve the policy elsewhere too, then: {host}. 300 IN A <its new address>",
        refs=("RFC 8461 section 3.3",),
    )
