"""The ways of changing DNS, by the word that `dns.driver` takes. Add a line here for a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from migrate_mail.dns_changes.base import Driver
from migrate_mail.dns_changes.manual import Manual
from migrate_mail.dns_changes.rfc2136 import KeySource, Rfc2136
from migrate_mail.errors import UserError
from migrate_mail.inventory.model import DnsSettings, TsigKey
from migrate_mail.net.dns import Dns
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.routes import split_host_port
from migrate_mail.secret import Secret


@dataclass(frozen=True, slots=True)
class Parts:
    """What drivers are made of. secret: resolves a secret reference, when it is needed."""

    settings: DnsSettings
    dns: Dns
    secret: Callable[[str], Secret] = field(repr=False)
    say: Callable[[str], None] = field(repr=False)


def make_driver(parts: Parts) -> Driver:
    """Return the driver that migration.yaml names."""
    return DRIVERS[parts.settings.driver](parts)


def _manual(parts: Parts) -> Driver:
    return Manual(parts.say)


def _rfc2136(parts: Parts) -> Driver:
    server = parts.settings.server
    if server is None:
        raise UserError(
            "dns.driver is rfc2136 and dns.server is missing",
            hint="name the primary that takes updates: dns.server: ns1.example.org",
        )
    try:
        host, port = split_host_port(server, 53)
    except ValueError as error:
        raise UserError(f"dns.server: {error}") from None

    def primary() -> list[Endpoint]:
        return parts.dns.endpoints(host, port, ask="resolvers")

    return Rfc2136(primary, parts.dns.ask, _key(parts, parts.settings.key), server)


def _key(parts: Parts, key: TsigKey | None) -> KeySource | None:
    if key is None:
        return None
    reference = key.secret
    return KeySource(key.name, key.algorithm, lambda: parts.secret(reference))


DRIVERS: dict[str, Callable[[Parts], Driver]] = {"manual": _manual, "rfc2136": _rfc2136}
