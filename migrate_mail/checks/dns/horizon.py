"""Whether resolvers see the same addresses of the MX hosts as the name servers show."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.checks.spots import system_of
from migrate_mail.finding import Finding, Outcome


@check(
    "dns.split_horizon",
    title="Resolvers see the addresses that the name servers show",
    about=About(
        looks="A of each MX host at your resolvers, compared with the authorities; only for names that are published",
        matters="Scanners, printers and web servers inside ask a resolver with another view of the zone, and go on sending to old.",
        mend="Change the inner view of the zone as well, and hosts files.",
    ),
    params=SideParams,
    each=("mx_hosts",),
)
def split_horizon(context: Context, params: SideParams) -> Iterator[Finding]:
    """Compare each host's addresses."""

    def look(host: str) -> Iterator[Finding]:
        outside = set(context.dns.addresses(host, ask="authorities").ips)
        answers = context.dns.resolvers(host, "A")
        yield from not_answered([a for a in answers if a.silent])
        for answer in (a for a in answers if not a.silent):
            strange = tuple(ip for ip in answer.records if ip not in outside)
            lines = (*as_zone(answer), *(f"authorities: {ip}" for ip in sorted(outside)))
            yield Finding(
                "HORIZON_SPLIT" if strange else "HORIZON_SAME",
                Outcome.FAIL if strange else Outcome.PASS,
                host,
                f"resolver {answer.server}",
                args={"addresses": strange or answer.records},
                evidence=lines,
                fix=f"change the inner view: {host}. 300 IN A {min(outside, default='<address>')}"
                if strange
                else None,
            )

    hosts = dict.fromkeys(
        mx.host.rstrip(".").lower() for mx in system_of(context, params.system).mx
    )
    yield from one_by_one(hosts, look, what="MX hosts")
