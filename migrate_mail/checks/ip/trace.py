"""Which address handed a message to the receiver's side, by the lines that the receiver wrote. PURE."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Container
from dataclasses import dataclass
from ipaddress import ip_address

from migrate_mail.checks.houses import house_of
from migrate_mail.checks.mx.public import is_inside

_HOP = re.compile(r"from\s+(?P<said>\S+)(?P<seen>.*?)\s+by\s+(?P<by>\S+)", re.DOTALL | re.IGNORECASE)  # fmt: skip
_TOKEN = re.compile(r"(?<![\w.:-])(?:IPv6:)?([0-9a-f:.]{3,45})(?![\w:-])", re.IGNORECASE)
_CLIENT = re.compile(r"client-ip=\"?([0-9a-f:.]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Witness:
    """The line that tells who connected. ip: none where it names no address."""

    ip: str | None
    line: str


def witness(raw: bytes, ours: Container[str] = ()) -> Witness | None:
    """Return the first line from the top that tells who connected from outside; None: there is none.

    Each server puts its lines on top of those that came (RFC 5321 section 4.4), so the top is the
    receiver's, and everything below the line that is returned could have been written by anybody.
    ours: addresses that count wherever they are.
    """
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    for name, value in message.items():
        text = " ".join(str(value).split())
        if name.lower() == "received-spf" and (client := _CLIENT.search(text)):
            return Witness(_address(client[1]), f"{name}: {text}")
        hop = _HOP.match(text) if name.lower() == "received" else None
        if hop is None:
            continue  # another header, or one server handing it on to itself
        ip = _address_in(hop["seen"]) or _address_in(hop["said"])
        inside = (ip is not None and is_inside(ip)) or _within(hop["said"], hop["by"])
        if ip in ours or not inside:
            return Witness(ip, f"{name}: {text}")
    return None


def _address_in(text: str) -> str | None:
    found = (_address(token[1]) for token in _TOKEN.finditer(text))
    return next((ip for ip in found if ip), None)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _within(said: str, by: str) -> bool:
    """Tell whether both ends of a hop are of one house: the receiver's own servers."""
    return "." in said and said[-1:].isalpha() and house_of(said) == house_of(by)
