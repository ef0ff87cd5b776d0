"""Whether the hosts in the MX records can be what MX records point to."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import hosts_of, legal_host, no_host_name, without_address
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns import HostAddresses


@check(
    "mx.targets",
    title="MX hosts are legal names with addresses, and no aliases",
    about=About(
        looks="each MX host of a system: a legal host name, with A or AAAA records, and no CNAME; asked of the authorities",
        matters="Strict senders do not deliver to an alias, and nobody delivers to a name without address.",
        mend="Publish A and AAAA records for the host itself.",
        refs=("RFC 2181 section 10.3", "RFC 5321 section 5.1", "RFC 1123 section 2.1"),
    ),
    params=MxParams,
    each=("mx_hosts",),
)
def targets(context: Context, params: MxParams) -> Iterator[Finding]:
    """Look at each MX host's name, alias and addresses."""

    def look(host: str) -> Iterator[Finding]:
        if not legal_host(host):
            yield no_host_name(host)
        elif (once := doubled(host)) is not None:
            yield _doubled(host, once)
        else:
            yield from _judged(host, context.dns.addresses(host, ask=params.ask))

    hosts = dict.fromkeys(host for _, host in hosts_of(context, params))
    yield from one_by_one(hosts, look, what="MX hosts")


def doubled(host: str) -> str | None:
    """Return the name without its repeated end (`mx.example.org.example.org`), None if it has none.

    It comes from a zone editor that adds the zone's name to a name without a dot at the end.
    """
    labels = host.split(".")
    for size in range(2, len(labels) // 2 + 1):
        if labels[-size:] == labels[-2 * size : -size]:
            return ".".join(labels[:-size])
    return None


def _doubled(host: str, once: str) -> Finding:
    return Finding(
        "MX_NAME_DOUBLED",
        Outcome.FAIL,
        host,
        args={"host": host, "meant": once},
        fix=f"write {once} (in a zone file with a dot at the end: {once}.)",
        refs=("RFC 1035 section 5.1",),
    )


def _judged(host: str, found: HostAddresses) -> Iterator[Finding]:
    evidence = tuple(
        dict.fromkeys(line for a in found.answers if not a.silent for line in as_zone(a))
    )
    if found.cname is not None:
        yield _alias(host, found, evidence)
    elif not found.ips:
        yield without_address(host)
    else:
        yield Finding(
            "MX_RESOLVES",
            Outcome.PASS,
            host,
            args={"host": host, "addresses": found.ips},
            evidence=evidence,
        )
    silent = sorted({f"{a.server}: {a.rtype} {a.status}" for a in found.answers if a.silent})
    if silent:
        yield Finding(
            "MX_ADDRESS_NOT_SEEN",
            Outcome.UNKNOWN,
            host,
            args={"host": host, "servers": tuple(silent)},
            evidence=tuple(silent),
        )


def _alias(host: str, found: HostAddresses, evidence: tuple[str, ...]) -> Finding:
    target = (found.cname or "").rstrip(".")
    records = [f"{host}. 300 IN {'AAAA' if ':' in ip else 'A'} {ip}" for ip in found.ips]
    direct = "\n".join(["; in place of the CNAME:", *records])
    return Finding(
        "MX_IS_CNAME",
        Outcome.FAIL,
        host,
        args={"host": host, "target": target},
        evidence=evidence,
        fix=direct if records else f"name a host with addresses of its own instead of {host}",
        refs=("RFC 2181 section 10.3", "RFC 5321 section 5.1"),
    )
