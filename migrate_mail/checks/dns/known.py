"""The names that a mail domain has, with the types of their records: what a move may touch. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate_mail.checks.clients.names import SERVICES, USUAL_NAMES
from migrate_mail.checks.mx.subdomains import USUAL_SUBDOMAINS
from migrate_mail.inventory.model import MigrationFile
from migrate_mail.net.dns_answer import absolute

_ADDRESSES = ("A", "AAAA")
_APEX = ("SOA", "NS", "MX", *_ADDRESSES, "TXT", "CAA")
_OF_ANYTHING = ("MX", *_ADDRESSES, "TXT")


def known_names(
    spec: MigrationFile, domain: str, mx_hosts: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return the types to ask for, by absolute name; aliases show by themselves.

    mx_hosts: those that the domain names now, beside those of migration.yaml.
    """
    found: dict[str, dict[str, None]] = {}
    for name, types in (*_of(spec, domain), *_hosts(spec, mx_hosts)):
        found.setdefault(absolute(name), {}).update(dict.fromkeys(types))
    return {name: tuple(types) for name, types in found.items()}


def _of(spec: MigrationFile, domain: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield domain, _APEX
    yield f"*.{domain}", _OF_ANYTHING
    selectors = (*spec.systems.old.sends.selectors, *spec.systems.new.sends.selectors)
    for label in ("_dmarc", "_mta-sts", "_smtp._tls", *(f"{s}._domainkey" for s in selectors)):
        yield f"{label}.{domain}", ("TXT",)
    for label in ("mta-sts", "autodiscover", *USUAL_NAMES):
        yield f"{label}.{domain}", _ADDRESSES
    for label in USUAL_SUBDOMAINS:
        yield f"{label}.{domain}", _OF_ANYTHING
    for service in (*SERVICES, "_autodiscover"):
        yield f"{service}._tcp.{domain}", ("SRV",)
    for planned in spec.dns.records:
        if f".{absolute(planned.name)}".endswith(f".{absolute(domain)}"):
            yield planned.name, (planned.type,)


def _hosts(
    spec: MigrationFile, mx_hosts: Iterable[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    listed = (mx.host for side in (spec.systems.old, spec.systems.new) for mx in side.mx)
    for host in (*listed, *mx_hosts):
        if host.strip("."):
            yield host, _ADDRESSES
            yield f"_25._tcp.{host}", ("TLSA",)
