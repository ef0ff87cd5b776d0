"""Where to dial instead of the published address: the `connect` table of migration.yaml."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from migrate_mail.net.facts import Endpoint


def split_host_port(text: str, default_port: int) -> tuple[str, int]:
    """Read `host`, `host:25`, `[::1]:25` or a bare IPv6 address; ValueError says what was wrong."""
    host, port = _cut(text.strip())
    if not host:
        raise ValueError(f"no host in {text!r}: write host, host:port or [ipv6]:port")
    if port is None:
        return host, default_port
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"no port in {text!r}: a port is a number from 1 to 65535")
    return host, int(port)


def bare_host(host: str) -> str:
    """Return a host name as we compare and verify it: lower-case, no dot at the end."""
    return host.rstrip(".").lower()


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address, so that no name is to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Routes:
    """The `connect` table: `host:port` or `ip:port` on the left, `ip:port` on the right."""

    def __init__(self, connect: Mapping[str, str]) -> None:
        self._table = {_key(*_exact(k)): _address(v) for k, v in connect.items()}

    def endpoint(self, host: str, ip: str, port: int) -> Endpoint:
        """Return what to dial for a host at an address: replaced by host:port, else by ip:port."""
        found = self.direct(host, port)
        if found is not None:
            return found
        to = self._table.get(_key(ip, port))
        if to is not None:
            return Endpoint(bare_host(host), *to, rerouted=True)
        return Endpoint(bare_host(host), ip, port)

    def direct(self, host: str, port: int) -> Endpoint | None:
        """Return the replacement for host:port if the table has one; then no DNS is needed."""
        to = self._table.get(_key(host, port))
        return None if to is None else Endpoint(bare_host(host), *to, rerouted=True)


def _cut(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"a bracket is open in {text!r}: write [ipv6]:port")
        return host, rest[1:] if rest else None
    if text.count(":") > 1:
        return text, None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _exact(text: str) -> tuple[str, int]:
    host, port = split_host_port(text, 0)
    if port == 0:
        raise ValueError(f"no port in {text!r}: write host:port")
    return host, port


def _address(text: str) -> tuple[str, int]:
    host, port = _exact(text)
    if not is_address(host):
        raise ValueError(f"{text!r} is no address: the right side of `connect` is ip:port")
    return str(ipaddress.ip_address(host)), port


def _key(host: str, port: int) -> tuple[str, int]:
    name = bare_host(host)
    return (str(ipaddress.ip_address(name)) if is_address(name) else name), port
