"""Addresses of a host as this machine finds them, with an end to the waiting."""

from __future__ import annotations

import socket
import threading

from migrate_mail.errors import NetError
from migrate_mail.net.boundary import explain
from migrate_mail.net.routes import is_address


def system_addresses(host: str, port: int, *, timeout: float) -> list[str]:
    """Return the addresses of a host, in the order to try; NetError `dns` when there are none.

    The system's resolver is asked, hosts file and all, as a mail program would. It has no
    timeout of its own, so it is asked in a thread that we can leave behind.
    """
    if is_address(host):
        return [host]
    found: list[str] = []
    problem: list[OSError | UnicodeError] = []
    asker = threading.Thread(target=_ask, args=(host, port, found, problem), daemon=True)
    asker.start()
    asker.join(timeout)
    where = f"{host}:{port}"
    if asker.is_alive():
        raise NetError(
            "dns", where, "resolve", f"the system's resolver is silent for {timeout:g} s"
        )
    if problem:
        text = explain(problem[0])[1] if isinstance(problem[0], OSError) else str(problem[0])
        raise NetError("dns", where, "resolve", text)
    return list(dict.fromkeys(found))


def has_route(ip: str) -> bool:
    """Tell whether this machine could send to an address at all; nothing is sent.

    Many machines have no IPv6 beyond themselves.
    """
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((ip, 53))
    except OSError:
        return False
    return True


def _ask(host: str, port: int, found: list[str], problem: list[OSError | UnicodeError]) -> None:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        problem.append(exc)
    else:
        found.extend(str(info[4][0]) for info in infos)
