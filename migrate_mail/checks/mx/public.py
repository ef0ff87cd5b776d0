"""Whether the world can reach the addresses of the MX hosts at all."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import hosts_of
from migrate_mail.finding import Arg, Finding, Outcome

_INSIDE = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""Networks that are not routed on the internet (RFC 6890 section 2.2)."""


def is_inside(ip: str) -> bool:
    """Tell whether an address is private, shared, link-local or of the machine itself. PURE."""
    address = ipaddress.ip_address(ip)
    return any(address in net for net in _INSIDE if net.version == address.version)


@check(
    "mx.public",
    title="The MX hosts have addresses that the internet can reach",
    about=About(
        looks="A and AAAA of each MX host at the authorities: no private, shared, link-local or loopback address",
        matters="An address from inside the network works for you and for nobody else: mail from everywhere waits in queues.",
        mend="Publish the public address; if the zone has two faces (split horizon), ask the outer one.",
        refs=("RFC 6890 section 2.2",),
    ),
    params=MxParams,
    each=("mx_hosts",),
)
def public(context: Context, params: MxParams) -> Iterator[Finding]:
    """Judge each address; a host without any is mx.targets' business."""

    def look(host: str) -> Iterator[Finding]:
        found = context.dns.addresses(host, ask=params.ask)
        lines = tuple(dict.fromkeys(x for a in found.answers for x in as_zone(a)))
        inside = tuple(ip for ip in found.ips if is_inside(ip))
        if inside:
            yield Finding(
                "MX_ADDRESS_INSIDE",
                Outcome.FAIL,
                host,
                args={"host": host, "addresses": inside},
                evidence=lines,
                fix=f"publish the public address: {host}. 300 IN A <address that the internet reaches>",
                refs=("RFC 6890 section 2.2",),
            )
        elif found.ips:
            args: dict[str, Arg] = {"host": host, "addresses": found.ips}
            yield Finding("MX_ADDRESS_PUBLIC", Outcome.PASS, host, args=args, evidence=lines)
        else:
            text = "it has no address (mx.targets)"
            yield Finding("MX_NO_ADDRESS_SEEN", Outcome.UNKNOWN, host, args={"text": text}, evidence=lines)  # fmt: skip

    hosts = dict.fromkeys(host for _, host in hosts_of(context, params))
    yield from one_by_one(hosts, look, what="MX hosts")
